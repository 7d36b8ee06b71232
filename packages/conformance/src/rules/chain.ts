import { deepStrictEqual } from "node:assert";
import { type Outcome, type Provider, receipt } from "@relais/core/spi";
import { attempt } from "../harness/attempt.ts";
import type { Fixture, RuleDefinition } from "../harness/fixture.ts";
import type { Behaviour, TestTarget } from "../harness/harness.ts";
import {
  acceptedBy,
  otherRecipients,
  reachedBy,
  refusedRecipient,
  rejectedBy,
  threeRecipients,
} from "./recipients.ts";

/** Makes a chain of providers, in order: `(providers) => createChain(providers, { policies: [] })`. */
export type MakeChain = (providers: readonly Provider[]) => Provider;

/** What the first provider's outcome for single recipients must lead to in a chain of two. */
export function chainRulesFor(makeChain: MakeChain): readonly RuleDefinition[] {
  return [
    {
      name: "leaves nobody to the next provider of a chain when the server refuses one permanently",
      needs: ["partial"],
      async check(fixture) {
        const { outcome, nextCalls, reached } = await sendThroughTwo(fixture, makeChain, "partial");
        deepStrictEqual(nextCalls, [], "the next provider was asked");
        deepStrictEqual(
          reached,
          otherRecipients,
          "the server has it for others than it took it for, or twice",
        );
        deepStrictEqual(acceptedBy(outcome), otherRecipients, "the delivery names others as accepted");
        deepStrictEqual(
          rejectedBy(outcome),
          [[refusedRecipient, "rejected"]],
          "the delivery says something else of the refused",
        );
      },
    },
    {
      name: "leaves to the next provider of a chain only whom the server defers",
      needs: ["defer"],
      async check(fixture) {
        const { outcome, nextCalls, reached } = await sendThroughTwo(fixture, makeChain, "defer");
        deepStrictEqual(nextCalls, [[refusedRecipient]], "the next provider was asked for others, or twice");
        deepStrictEqual(
          reached,
          otherRecipients,
          "the server has it for others than it took it for, or twice",
        );
        deepStrictEqual(acceptedBy(outcome), [...threeRecipients].sort(), "not everybody is accepted");
        deepStrictEqual(outcome.rejected ?? [], [], "the delivery names somebody as refused");
      },
    },
  ];
}

interface ChainResult {
  readonly outcome: Outcome;
  /** For whom the next provider was called, call by call. */
  readonly nextCalls: readonly (readonly string[])[];
  /** Whom the server of the first took the message for. */
  readonly reached: readonly string[];
}

function sendThroughTwo(fixture: Fixture, makeChain: MakeChain, behaviour: Behaviour): Promise<ChainResult> {
  return fixture.run(async (context) => {
    const { target } = context;
    const nextCalls: (readonly string[])[] = [];
    const provider = makeChain([target.provider, nextProvider(nextCalls)]);
    await context.provoke(behaviour);
    const chainTarget: TestTarget = {
      provider,
      secrets: target.secrets,
      received: () => target.received(),
      requests: () => target.requests(),
      close: () => target.close(),
    };
    const message = await fixture.message({ to: threeRecipients });
    try {
      const { outcome } = await attempt({ ...context, target: chainTarget }, message).result;
      return { outcome, nextCalls, reached: reachedBy(target.received()) };
    } finally {
      await provider.close?.();
    }
  });
}

/** A second provider that takes everything, and notes the recipients of each call. */
function nextProvider(calls: (readonly string[])[]): Provider {
  return {
    id: "NEXT",
    async send(_message, { envelope, handOver }) {
      calls.push([...envelope.to]);
      await handOver();
      return receipt({ provider: "NEXT", messageId: "next-1", accepted: envelope.to });
    },
  };
}
