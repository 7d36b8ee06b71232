import { expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { failure, receipt } from "../src/failure/outcome.ts";
import { manualClock } from "./manual-clock.ts";
import { ann, bob, cyd, sampleInput, sampleMessage } from "./sample-message.ts";
import { accept, fail, part, type Step, scripted } from "./scripted-provider.ts";

const everybody = sampleInput({ to: [ann, bob, cyd] });

function setUp(first: Step, second: Step = accept()) {
  const clock = manualClock();
  const [a, b] = [scripted("A", first), scripted("B", second)];
  const chain = createChain([a, b], { policies: [], clock });
  return { a, b, chain, clock, send: () => clock.until(chain.send(everybody)) };
}

test("the next provider gets only those that may go on, and all accepted is a success", async () => {
  const { send, b } = setUp(part({ [bob]: "refused", [cyd]: "deferred" }));
  const delivery = await send();
  expect(b.calls).toEqual([[bob, cyd]]);
  expect(delivery).toMatchObject({ success: true, provider: "A", accepted: [ann, bob, cyd], rejected: [] });
  expect(delivery.receipts.map(({ provider, accepted }) => [provider, accepted])).toEqual([
    ["A", [ann]],
    ["B", [bob, cyd]],
  ]);
});

test("a recipient rejected or unknown is not offered to anybody else", async () => {
  const { send, b } = setUp(part({ [ann]: "rejected", [bob]: "unknown", [cyd]: "refused" }));
  const delivery = await send();
  expect(b.calls).toEqual([[cyd]]);
  expect(delivery).toMatchObject({
    success: false,
    status: "unknown",
    accepted: [cyd],
    rejected: [
      { address: ann, failure: { kind: "rejected" } },
      { address: bob, failure: { kind: "unknown" } },
    ],
  });
});

test("some accepted and some surely not is partial", async () => {
  const { send, b } = setUp(part({ [bob]: "rejected" }));
  expect(await send()).toMatchObject({
    success: false,
    status: "partial",
    kind: "rejected",
    accepted: [ann, cyd],
    error: `A: rejected for ${bob}`,
  });
  expect(b.calls).toEqual([]);
});

test("a failure may be each recipient's own", async () => {
  const mixed: Step = async (provider) =>
    failure({
      provider,
      kind: "refused",
      reason: "all refused",
      rejected: [
        { address: ann, failure: failure({ provider, kind: "rejected", reason: "no such user" }) },
        { address: bob, failure: failure({ provider, kind: "deferred", reason: "full" }) },
      ],
    });
  const { send, b } = setUp(mixed, part({ [bob]: "refused" }));
  expect(await send()).toMatchObject({
    status: "partial",
    accepted: [cyd],
    rejected: [
      { address: ann, failure: { reason: "no such user" } },
      { address: bob, failure: { reason: "full" } },
    ],
    error: `A: all refused | B: refused for ${bob}`,
  });
  expect(b.calls).toEqual([[bob, cyd]]);
});

test("the provider that took the message is one that took it for somebody", async () => {
  const { send } = setUp(part({ [ann]: "refused", [bob]: "refused", [cyd]: "refused" }));
  const delivery = await send();
  expect(delivery).toMatchObject({ success: true, provider: "B", messageId: "<taken-by-B>" });
  expect(delivery.receipts.map(({ provider }) => provider)).toEqual(["B"]);
});

test("an envelope of fewer recipients is kept to", async () => {
  const { a, chain, clock } = setUp(accept());
  const message = await sampleMessage({ to: [ann, bob, cyd] });
  const delivery = await clock.until(chain.send(message, { envelope: { from: "x@example.com", to: [bob] } }));
  expect(a.calls).toEqual([[bob]]);
  expect(delivery).toMatchObject({ success: true, accepted: [bob], rejected: [] });
});

test("an envelope that names somebody twice is not delivered to them twice", async () => {
  const { a, b, chain, clock } = setUp(accept());
  const message = await sampleMessage({ to: [ann, bob] });
  const delivery = await clock.until(
    chain.send(message, { envelope: { from: "x@example.com", to: [ann, ann] } }),
  );
  expect(delivery).toMatchObject({ success: true });
  expect([...a.calls, ...b.calls].flat()).toEqual([ann]);
});

test("a receipt for strangers accepts nobody", async () => {
  const { send, b } = setUp(async (provider) =>
    receipt({
      provider,
      messageId: "<x>",
      accepted: ["eve@example.org"],
      rejected: [
        { address: "mal@example.org", failure: failure({ provider, kind: "refused", reason: "x" }) },
      ],
    }),
  );
  expect(await send()).toMatchObject({ status: "unknown", accepted: [] });
  expect(b.calls).toEqual([]);
});

test("who was accepted stays so, even if a later provider would refuse them", async () => {
  const { send } = setUp(part({ [bob]: "refused" }), fail("rejected"));
  expect(await send()).toMatchObject({
    status: "partial",
    accepted: [ann, cyd],
    rejected: [{ address: bob, failure: { kind: "rejected", provider: "B" } }],
  });
});
