import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { DeliveryError, unwrap } from "../src/events/delivery.ts";
import { sampleInput } from "./sample-message.ts";
import { accept, fail, scripted } from "./scripted-provider.ts";

const send = (...steps: Parameters<typeof scripted>[1][]) =>
  createChain([scripted("A", ...steps)], { policies: [] }).send(sampleInput());

test("a delivery that got through is handed on as it is", async () => {
  const delivery = await send(accept());
  expect(unwrap(delivery)).toBe(delivery);
});

test("one that did not is thrown, with the delivery in it", async () => {
  const delivery = await send(fail("refused"));
  const error = (() => {
    try {
      return unwrap(delivery);
    } catch (thrown) {
      return thrown;
    }
  })() as DeliveryError;
  expect(error).toBeInstanceOf(DeliveryError);
  expect(error).toMatchObject({ name: "DeliveryError", message: "A: refused there", unknown: false });
  expect(error.delivery).toBe(delivery);
  // As Node.js prints it where nobody catches it: its line, and where it was thrown.
  const [first, ...stack] = inspect(error).split("\n");
  expect(first).toBe("DeliveryError: A: refused there");
  expect(stack.filter((line) => !line.startsWith("    at "))).toEqual([]);
});

test("it says when nobody knows", async () => {
  const delivery = await send(fail("unknown"));
  expect(() => unwrap(delivery)).toThrow(expect.objectContaining({ unknown: true }));
});
