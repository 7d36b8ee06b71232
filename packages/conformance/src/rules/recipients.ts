import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { Outcome } from "@relais/core/spi";
import { attempt } from "../harness/attempt.ts";
import type { Fixture, RuleDefinition } from "../harness/fixture.ts";
import type { Received } from "../harness/harness.ts";

/** Whom the harness has the server refuse, or defer, in the behaviours `partial` and `defer`. */
export const refusedRecipient = "cleo@example.net";

/** Those it takes the same message for, in order. */
export const otherRecipients: readonly string[] = ["bob@example.net", "dan@example.net"];

/** The refused one stands in the middle, so that "the first" and "the last" are no good guesses. */
export const threeRecipients: readonly string[] = ["bob@example.net", refusedRecipient, "dan@example.net"];

/** Whom the server has accepted messages for, sorted. */
export function reachedBy(received: readonly Received[]): readonly string[] {
  return received.flatMap(({ recipients }) => recipients).sort();
}

/** Who has it, sorted; a chain's delivery that reached some is no success, and lists them all the same. */
export function acceptedBy(outcome: Outcome): readonly string[] {
  return [...((outcome as { readonly accepted?: readonly string[] }).accepted ?? [])].sort();
}

/** Who was refused, with the kind of the failure. */
export function rejectedBy(outcome: Outcome): readonly (readonly [string, string])[] {
  return (outcome.rejected ?? []).map(({ address, failure }) => [address, failure.kind]);
}

/** An earlier provider may have reached the others. */
const envelopeOnly: RuleDefinition = {
  name: "writes to the recipients of the envelope only, not to all of the message",
  needs: [],
  check: (fixture) =>
    fixture.run(async (context) => {
      const message = await fixture.message({
        to: ["bob@example.net", "cleo@example.net"],
        cc: "dan@example.net",
        bcc: "eve@example.net",
      });
      const to = ["cleo@example.net", "eve@example.net"];
      const { outcome } = await attempt(context, message, { to }).result;
      deepStrictEqual(reachedBy(context.target.received()), to, "the server was given other recipients");
      ok(outcome.success, "the server takes everything");
      deepStrictEqual(acceptedBy(outcome), to, "the receipt names other recipients");
    }),
};

/** One bad recipient costs the others nothing, and is not reported as reached. */
const partialAcceptance: RuleDefinition = {
  name: "says who was accepted and who is rejected when the server refuses one permanently, and sends once to the others",
  needs: ["partial"],
  check: (fixture) => checkPartial(fixture, "partial", "rejected"),
};

/** One that has to wait is not given up, and holds up no other. */
const partialDeferral: RuleDefinition = {
  name: "says who was accepted and who is deferred when the server defers one, and sends once to the others",
  needs: ["defer"],
  check: (fixture) => checkPartial(fixture, "defer", "deferred"),
};

const messageCount = 50;

/** Nothing of one attempt leaks into another. */
const manyAtOnce: RuleDefinition = {
  name: `sends ${messageCount} messages at once without mixing them up`,
  needs: [],
  check: (fixture) =>
    fixture.run(async (context) => {
      const to = Array.from({ length: messageCount }, (_, i) => `bob-${i}@example.net`);
      const mark = (i: number): string => `for number ${i} alone`;
      const messages = await Promise.all(
        to.map((address, i) => fixture.message({ to: address, text: mark(i) })),
      );
      const results = await Promise.all(messages.map((message) => attempt(context, message).result));
      const received = context.target.received();
      strictEqual(
        received.length,
        messageCount,
        `the server has ${received.length} messages after ${messageCount}`,
      );
      for (const [i, { outcome }] of results.entries()) {
        const address = to[i] as string;
        ok(outcome.success, `${address}: ${outcome.success || outcome.reason}`);
        const copies = received.filter(({ recipients }) => recipients.includes(address));
        const [copy] = copies;
        strictEqual(copies.length, 1, `${copies.length} messages came for ${address}`);
        strictEqual(copy?.recipients.length, 1, `the message for ${address} came for others, too`);
        const named = received.find(({ id }) => id === outcome.messageId) ?? copy;
        strictEqual(named, copy, `the receipt for ${address} is another's`);
        const content = copy?.content;
        if (content === undefined) continue;
        const text = typeof content === "string" ? content : Buffer.from(content).toString("latin1");
        ok(text.includes(mark(i)), `${address} was sent the text of another`);
      }
    }),
};

/** Every recipient is accounted for. */
export const recipientRules: readonly RuleDefinition[] = [
  envelopeOnly,
  partialAcceptance,
  partialDeferral,
  manyAtOnce,
];

async function checkPartial(
  fixture: Fixture,
  behaviour: "partial" | "defer",
  kind: "rejected" | "deferred",
): Promise<void> {
  await fixture.run(async (context) => {
    const message = await fixture.message({ to: threeRecipients });
    await context.provoke(behaviour);
    const { outcome } = await attempt(context, message).result;
    deepStrictEqual(
      reachedBy(context.target.received()),
      otherRecipients,
      "the server has it for others than it took it for, or twice",
    );
    const requests = context.target.requests();
    ok(requests <= 1, `${requests} tries were made in one attempt`);
    deepStrictEqual(acceptedBy(outcome), otherRecipients, "the outcome names others as accepted");
    deepStrictEqual(
      rejectedBy(outcome),
      [[refusedRecipient, kind]],
      "the outcome names others as refused, or says so with another kind",
    );
  });
}
