import { strictEqual } from "node:assert";
import { ask } from "./ask.ts";
import type { ProvokedKind } from "./harness.ts";
import { provokedKinds } from "./provoked-kinds.ts";
import type { RuleParts } from "./rule-parts.ts";
import { said } from "./said.ts";
import { settled } from "./until.ts";

function kindRule(kind: ProvokedKind): RuleParts {
  const what =
    kind === "unknown"
      ? "says unknown when the far end takes the message and its answer is lost"
      : `says ${kind} when the far end causes it, and nothing arrives`;
  return {
    name: what,
    needs: [kind],
    check: (bench) =>
      bench.on(async (scene) => {
        await scene.act(kind);
        const { outcome } = await ask(scene, await bench.letter()).answer;
        await settled();
        strictEqual(said(outcome), kind, outcome.success ? "a receipt" : outcome.reason);
        const copies = scene.stage.received().length;
        strictEqual(copies, kind === "unknown" ? 1 : 0, `${copies} copies have arrived`);
      }),
  };
}

/** One for each kind that a far end can cause: it comes back as that kind. */
export const kindRules: readonly RuleParts[] = provokedKinds.map(kindRule);
