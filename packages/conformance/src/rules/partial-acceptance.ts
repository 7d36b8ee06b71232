import { deepStrictEqual, ok } from "node:assert";
import type { Outcome } from "@relais/core/spi";
import { ask } from "./ask.ts";
import type { RuleParts } from "./rule-parts.ts";

/** Whom the harness lets the far end refuse in the act `partial`. */
const refusedRecipient = "cleo@example.net";

/** Who has it; a chain's delivery that reached some is no success, and says who they are all the same. */
function acceptedBy(outcome: Outcome): readonly string[] {
  return (outcome as { readonly accepted?: readonly string[] }).accepted ?? [];
}

/** One bad recipient costs the others nothing, and is nobody whom anybody takes for reached. */
export const partialAcceptance: RuleParts = {
  name: "says who was accepted and who was refused when the far end refuses some, and sends once to the others",
  needs: ["partial"],
  check: (bench) =>
    bench.on(async (scene) => {
      const others = ["bob@example.net", "dan@example.net"];
      const message = await bench.letter({ to: [others[0] ?? "", refusedRecipient, others[1] ?? ""] });
      await scene.act("partial");
      const { outcome } = await ask(scene, message).answer;
      const reached = scene.stage.received().flatMap((one) => one.recipients);
      deepStrictEqual(
        [...reached].sort(),
        others,
        "the far end has it for others than it accepted, or twice",
      );
      deepStrictEqual([...acceptedBy(outcome)].sort(), others, "the outcome names others as accepted");
      const refused = outcome.rejected ?? [];
      deepStrictEqual(
        refused.map(({ address }) => address),
        [refusedRecipient],
        "the outcome names others as refused",
      );
      const kinds = refused.map(({ failure }) => failure.kind);
      ok(
        kinds.every((kind) => kind === "rejected" || kind === "refused"),
        `the refusal is called ${kinds.join()}`,
      );
    }),
};
