import { deepStrictEqual, ok } from "node:assert";
import type { Outcome } from "@relais/core/spi";
import { ask } from "./ask.ts";
import type { Bench } from "./bench.ts";
import { refusedOne, theOthers, threeRecipients } from "./recipients.ts";
import type { RuleParts } from "./rule-parts.ts";

/** Who has it; a chain's delivery that reached some is no success, and says who they are all the same. */
export function acceptedBy(outcome: Outcome): readonly string[] {
  return [...((outcome as { readonly accepted?: readonly string[] }).accepted ?? [])].sort();
}

async function judge(bench: Bench, act: "partial" | "putOff", kind: "rejected" | "deferred"): Promise<void> {
  await bench.on(async (scene) => {
    const message = await bench.letter({ to: threeRecipients });
    await scene.act(act);
    const { outcome } = await ask(scene, message).answer;
    const reached = scene.stage.received().flatMap((one) => one.recipients);
    deepStrictEqual(
      [...reached].sort(),
      theOthers,
      "the far end has it for others than it took it for, or twice",
    );
    const tries = scene.stage.requests();
    ok(tries <= 1, `${tries} tries were made in one attempt`);
    deepStrictEqual(acceptedBy(outcome), theOthers, "the outcome names others as accepted");
    deepStrictEqual(
      (outcome.rejected ?? []).map(({ address, failure }) => [address, failure.kind]),
      [[refusedOne, kind]],
      "the outcome names others as refused, or says so with another kind",
    );
  });
}

/** One bad recipient costs the others nothing, and is nobody whom anybody takes for reached. */
export const partialAcceptance: RuleParts = {
  name: "says who was accepted and who is rejected when the far end refuses one for good, and sends once to the others",
  needs: ["partial"],
  check: (bench) => judge(bench, "partial", "rejected"),
};

/** One that has to wait is given up by nobody, and holds nobody up. */
export const puttingOff: RuleParts = {
  name: "says who was accepted and who is deferred when the far end puts one off, and sends once to the others",
  needs: ["putOff"],
  check: (bench) => judge(bench, "putOff", "deferred"),
};
