import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Body, type BodySink } from "../src/connection/body.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A socket that takes a chunk and then nothing until it is drained. */
function slowSink() {
  const written: Buffer[] = [];
  let drain = (): void => {};
  const state = { ended: false };
  const sink: BodySink = {
    get ended() {
      return state.ended;
    },
    write: (bytes) => {
      written.push(Buffer.from(bytes));
      return false;
    },
    drained: () =>
      new Promise((resolve) => {
        drain = resolve;
      }),
  };
  return { sink, written, state, drain: () => drain() };
}

/** What a server makes of the bytes after 354 (RFC 5321, 4.5.2). */
function received(wire: string): string {
  expect(wire.endsWith("\r\n.\r\n")).toBe(true);
  expect(wire.slice(0, -3)).not.toMatch(/(?:^|\r\n)\.\r\n/);
  return wire.slice(0, -3).replace(/^\.|(?<=\r\n)\./g, "");
}

describe("Body", () => {
  test("gives a server the bytes as they are, whatever dots begin their lines and wherever chunks end", async () => {
    const line = fc.oneof(
      fc.constantFrom("", ".", "..", ".a", "a.", "text", "x".repeat(998)),
      fc.integer({ min: 65_500, max: 65_560 }).map((length) => "y".repeat(length)),
    );
    const mail = fc.array(line, { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(mail, fc.boolean(), async (lines, ends) => {
        const text = lines.join("\r\n") + (ends ? "\r\n" : "");
        const { sink, written } = slowSink();
        let asked = 0;
        const open: BodySink = { ...sink, ended: false, drained: async () => {} };
        const body = new Body(Buffer.from(text), async () => {
          asked += 1;
        });
        await body.writeTo(open);
        const wire = Buffer.concat(written).toString();
        const whole = text.endsWith("\r\n") || text === "" ? text : `${text}\r\n`;
        expect(received(wire) === (text === "" ? "\r\n" : whole)).toBe(true);
        expect([asked, body.begun, body.handedOver, body.declined]).toEqual([1, true, true, false]);
      }),
      { numRuns: 300 },
    );
  });

  test("asks for no hand-over before all but the last chunk has left", async () => {
    let asked = 0;
    const { sink, written, drain } = slowSink();
    const body = new Body(Buffer.alloc(150_000, 97), async () => {
      asked += 1;
    });
    const done = body.writeTo(sink);
    await turn();
    expect([written.length, asked, body.handedOver]).toEqual([1, 0, false]);
    drain();
    await turn();
    expect([written.length, asked, body.handedOver]).toEqual([2, 0, false]);
    drain();
    await done;
    expect([written.length, asked, body.handedOver]).toEqual([3, 1, true]);
  });

  test("is not handed over if the connection ended while the hand-over was pending", async () => {
    let open = (): void => {};
    const { sink, written, state } = slowSink();
    const body = new Body(Buffer.from("x"), () => new Promise((resolve) => (open = resolve)));
    const done = body.writeTo(sink);
    await turn();
    state.ended = true;
    open();
    await done;
    expect([written.length, body.begun, body.handedOver, body.declined]).toEqual([0, true, false, false]);
  });

  test("ends nothing if the hand-over is declined", async () => {
    const { sink, written } = slowSink();
    const body = new Body(Buffer.from("x"), () => Promise.reject(new Error("no")));
    await expect(body.writeTo(sink)).rejects.toThrow("the hand-over was declined");
    expect([written.length, body.handedOver, body.declined]).toEqual([0, false, true]);
  });
});
