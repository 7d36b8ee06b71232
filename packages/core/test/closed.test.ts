import { describe, expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { link } from "../src/chain/link.ts";
import type { RelaisEvent } from "../src/events/event.ts";
import { createMessage } from "../src/message/create-message.ts";
import type { Provider } from "../src/provider/provider.ts";
import { ann, bob, cyd, sampleInput } from "./sample-message.ts";
import { scripted } from "./scripted-provider.ts";

describe("a delivery of a closed chain", () => {
  const inputs = [
    ["what people write", async () => sampleInput({ to: ann, cc: bob, bcc: cyd })],
    ["a message", () => createMessage(sampleInput({ to: ann, cc: bob, bcc: cyd }))],
  ] as const;

  test.each(inputs)("of %s names every recipient, none of whom was tried", async (_, input) => {
    const events: RelaisEvent[] = [];
    const a = scripted("A");
    const chain = createChain([a], { observers: [(event) => events.push(event)] });
    await chain.close();
    const delivery = await chain.send(await input());
    expect(delivery).toMatchObject({ status: "failed", kind: "cancelled", attempts: [], accepted: [] });
    expect(delivery.id).not.toBe("");
    expect(delivery.rejected.map(({ address, failure: { kind, code } }) => [address, kind, code])).toEqual([
      [ann, "cancelled", "closed"],
      [bob, "cancelled", "closed"],
      [cyd, "cancelled", "closed"],
    ]);
    expect(a.calls).toEqual([]);
    expect(events.map(({ type, message }) => [type, message])).toEqual([
      ["delivery-start", delivery.id],
      ["delivery", delivery.id],
    ]);
  });

  test("names those of the envelope that it was given", async () => {
    const chain = createChain([scripted("A")]);
    await chain.close();
    const envelope = { from: "bounce@example.org", to: [bob] };
    const { rejected } = await chain.send(sampleInput({ to: [ann, bob] }), { envelope });
    expect(rejected).toMatchObject([{ address: bob, failure: { kind: "cancelled" } }]);
  });

  test("of what is no message is rejected, as ever", async () => {
    const chain = createChain([scripted("A")]);
    await chain.close();
    expect(await chain.send(sampleInput({ to: "nobody" }))).toMatchObject({ kind: "rejected" });
  });
});

test("a provider that is closed is skipped, and shown so", async () => {
  const closed: Provider = {
    id: "CLOSED",
    send: async () => ({
      success: false,
      provider: "CLOSED",
      kind: "skipped",
      code: "closed",
      reason: "the provider is closed",
    }),
  };
  const chain = createChain([closed, scripted("B")]);
  expect(await chain.send(sampleInput())).toMatchObject({
    success: true,
    provider: "B",
    attempts: [{ n: 1, kind: "skipped", skipped: true, phase: "open" }, { n: 2 }],
  });
});

test("`await using` closes a chain, and a link", async () => {
  const closed: string[] = [];
  const provider = (id: string): Provider => ({ ...scripted(id), close: async () => void closed.push(id) });
  {
    await using chain = createChain([provider("A")]);
    expect((await chain.send(sampleInput())).success).toBe(true);
    await using one = link(provider("B"));
    expect(one.id).toBe("B");
    expect(closed).toEqual([]);
  }
  expect(closed).toEqual(["B", "A"]);
});
