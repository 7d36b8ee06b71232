import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { bodyStream } from "../src/provider/body-stream.ts";

const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("bodyStream", () => {
  test.for([0, 1, 65_535, 65_536, 65_537, 200_000])(
    "gives all %i bytes, and calls handOver once",
    async (length) => {
      let asked = 0;
      const part = bytes.subarray(0, length);
      const body = bodyStream(
        async () => part,
        async () => {
          asked += 1;
        },
      );
      expect((await buffer(body.stream)).equals(part)).toBe(true);
      expect([asked, body.begun, body.handedOver, body.declined]).toEqual([1, true, true, false]);
    },
  );

  test("calls no handOver before it is read, and reads nothing ahead", async () => {
    let asked = 0;
    const body = bodyStream(
      async () => bytes,
      async () => {
        asked += 1;
      },
    );
    await turn();
    expect(body.begun).toBe(false);
    body.stream.read(0);
    await turn();
    expect((body.stream.read() as Buffer).length).toBe(65_536);
    await turn();
    await turn();
    expect(body.stream.readableLength).toBe(0);
    expect(asked).toBe(0);
  });

  test("is not handed over if it was destroyed while the hand-over was pending", async () => {
    let open = (): void => {};
    const body = bodyStream(
      async () => Buffer.from("x"),
      () => new Promise((resolve) => (open = resolve)),
    );
    body.stream.resume();
    await turn();
    body.stream.destroy();
    open();
    await turn();
    expect([body.begun, body.handedOver, body.declined]).toEqual([true, false, false]);
  });
});
