import { describe, expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import type { SendOptions } from "../src/chain/options.ts";
import { ann, bob, sampleInput } from "./sample-message.ts";
import { accept, scripted } from "./scripted-provider.ts";

const send = async (options: unknown) => {
  const a = scripted("A", accept());
  const delivery = await createChain([a]).send(sampleInput({ to: [ann, bob] }), options as SendOptions);
  return { delivery, calls: a.calls };
};

describe("options that cannot be used end the delivery at the door, and nobody is asked", () => {
  test.each<[unknown, string]>([
    [null, "message: options: must be an object"],
    [{ signal: {} }, "message: signal: is not an AbortSignal"],
    [{ signal: null }, "message: signal: is not an AbortSignal"],
    [
      { journal: { open: 5 } },
      "message: journal: must be an object of functions: open, handOver, close, late",
    ],
    [{ handOver: true }, "message: handOver: must be a function"],
    [{ scope: {} }, "message: scope: may only come from a link of another chain"],
    [{ envelope: { from: "a@b.org", to: [] } }, "message: envelope.to: there is no recipient"],
    [
      { envelope: { from: "a@b.org\r\nRCPT TO:<e@e.org>", to: [ann] } },
      "message: envelope.from: contains a line break within an address",
    ],
    [
      { envelope: { to: [`${ann}\r\nDATA`] } },
      "message: envelope.to[0]: contains a line break within an address",
    ],
  ])("%#: %o", async (options, error) => {
    const { delivery, calls } = await send(options);
    expect(delivery).toMatchObject({ success: false, status: "failed", kind: "rejected", error });
    expect(calls).toEqual([]);
  });
});

test("options that throw when they are read are refused without their words", async () => {
  const trap = {
    get signal(): never {
      throw new Error("hunter2");
    },
  };
  const { delivery } = await send(trap);
  expect(delivery).toMatchObject({ kind: "rejected", error: "message: options: could not be read" });
});

test("an envelope may name fewer recipients, and each only once", async () => {
  const { delivery, calls } = await send({ envelope: { from: "", to: [bob, bob, "bob@EXAMPLE.org"] } });
  expect(calls).toEqual([[bob]]);
  expect(delivery).toMatchObject({ success: true, accepted: [bob] });
});
