import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { GatedBody } from "../src/provider/instrumented-transporter.ts";

const open = (): Readable => Readable.from([Buffer.from("hello")]);

test("the last bytes come once the hand-over resolved, and only if they are asked for", async () => {
  let asked = 0;
  const body = new GatedBody(async () => {
    asked += 1;
  });
  const stream = body.wrap(open);
  await new Promise((resolve) => setImmediate(resolve));
  expect([asked, body.begun, body.handedOver]).toEqual([0, true, false]);
  expect((await buffer(stream)).toString()).toBe("hello");
  expect([asked, body.handedOver]).toEqual([1, true]);
});

test("a body whose end was asked for cannot be read a second time", async () => {
  const body = new GatedBody(async () => {});
  await buffer(body.wrap(open));
  await expect(buffer(body.wrap(open))).rejects.toThrow("given up");
});

test("a body that was stopped never ends, even if the hand-over resolves later", async () => {
  const door = Promise.withResolvers<void>();
  const body = new GatedBody(() => door.promise);
  const read = buffer(body.wrap(open));
  await new Promise((resolve) => setTimeout(resolve, 10));
  body.stop();
  door.resolve();
  await expect(read).rejects.toThrow("given up");
  expect(body.handedOver).toBe(false);
  await expect(buffer(body.wrap(open))).rejects.toThrow("given up");
});

test("a body whose source fails fails, and was not handed over", async () => {
  const body = new GatedBody(async () => {});
  const broken = (): Readable =>
    new Readable({
      read() {
        this.destroy(new Error("no key"));
      },
    });
  await expect(buffer(body.wrap(broken))).rejects.toThrow("no key");
  expect(body.handedOver).toBe(false);
});
