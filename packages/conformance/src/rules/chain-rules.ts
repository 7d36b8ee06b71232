import { deepStrictEqual } from "node:assert";
import { type Outcome, type Provider, receipt } from "@relais/core/spi";
import { ask } from "./ask.ts";
import type { Bench } from "./bench.ts";
import type { Act, Harness, Stage } from "./harness.ts";
import { acceptedBy } from "./partial-acceptance.ts";
import { refusedOne, theOthers, threeRecipients } from "./recipients.ts";
import type { RuleParts } from "./rule-parts.ts";
import { type Rule, runnable } from "./runnable.ts";

/** Makes a chain of providers, in order: `(providers) => createChain(providers, { policies: [] })`. */
export type MakeChain = (providers: readonly Provider[]) => Provider;

/** A second provider that takes all it is asked for, and notes for whom that was. */
function nextProvider(asked: (readonly string[])[]): Provider {
  return {
    id: "NEXT",
    async send(_message, { envelope, handOver }) {
      asked.push([...envelope.to]);
      await handOver();
      return receipt({ provider: "NEXT", messageId: "next-1", accepted: envelope.to });
    },
  };
}

interface End {
  readonly outcome: Outcome;
  /** For whom the next provider was asked, call by call. */
  readonly asked: readonly (readonly string[])[];
  /** Whom the far end of the first took the message for. */
  readonly reached: readonly string[];
}

function inTwo(bench: Bench, chain: MakeChain, act: Act): Promise<End> {
  return bench.on(async (scene) => {
    const { stage } = scene;
    const asked: (readonly string[])[] = [];
    const provider = chain([stage.provider, nextProvider(asked)]);
    await scene.act(act);
    const two: Stage = {
      provider,
      secrets: stage.secrets,
      received: () => stage.received(),
      requests: () => stage.requests(),
      close: () => stage.close(),
    };
    const message = await bench.letter({ to: threeRecipients });
    try {
      const { outcome } = await ask({ ...scene, stage: two }, message).answer;
      const reached = stage.received().flatMap((one) => one.recipients);
      return { outcome, asked, reached: [...reached].sort() };
    } finally {
      await provider.close?.();
    }
  });
}

function partsFor(chain: MakeChain): readonly RuleParts[] {
  return [
    {
      name: "leaves nobody to the next provider of a chain when the far end refuses one for good",
      needs: ["partial"],
      async check(bench) {
        const { outcome, asked, reached } = await inTwo(bench, chain, "partial");
        deepStrictEqual(asked, [], "the next provider was asked");
        deepStrictEqual(reached, theOthers, "the far end has it for others than it took it for, or twice");
        deepStrictEqual(acceptedBy(outcome), theOthers, "the delivery names others as accepted");
        const refused = (outcome.rejected ?? []).map(({ address, failure }) => [address, failure.kind]);
        deepStrictEqual(
          refused,
          [[refusedOne, "rejected"]],
          "the delivery says something else of the refused",
        );
      },
    },
    {
      name: "leaves to the next provider of a chain only whom the far end puts off",
      needs: ["putOff"],
      async check(bench) {
        const { outcome, asked, reached } = await inTwo(bench, chain, "putOff");
        deepStrictEqual(asked, [[refusedOne]], "the next provider was asked for others, or twice");
        deepStrictEqual(reached, theOthers, "the far end has it for others than it took it for, or twice");
        deepStrictEqual(acceptedBy(outcome), [...threeRecipients].sort(), "not everybody is accepted");
        deepStrictEqual(outcome.rejected ?? [], [], "the delivery names somebody as refused");
      },
    },
  ];
}

/**
 * What a provider's word on single recipients must lead to where it stands first in a chain of two. The second is the
 * rules' own; it takes everything. Covered, left out or failing as `rules` are.
 *
 * @throws {TypeError} if something stands in `provoke` and in `cannot`
 */
export function chainRules<S extends Stage>(harness: Harness<S>, chain: MakeChain): readonly Rule[] {
  return runnable("chainRules", partsFor(chain), harness);
}
