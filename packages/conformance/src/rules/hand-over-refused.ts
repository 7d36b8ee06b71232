import { ok, strictEqual } from "node:assert";
import { ask } from "./ask.ts";
import type { RuleParts } from "./rule-parts.ts";
import { said } from "./said.ts";
import { sizes } from "./sizes.ts";
import { settled } from "./until.ts";

/** A refused hand-over is not crossed. */
export const handOverRefused: RuleParts = {
  name: "does not cross a hand-over that is refused, and says cancelled",
  needs: [],
  async check(bench) {
    for (const { name, input } of sizes)
      await bench.on(async (scene) => {
        const refuse = (): Promise<void> => Promise.reject(new Error("not to be handed over"));
        const asking = ask(scene, await bench.letter(input), { handOver: refuse });
        const { outcome } = await asking.answer;
        await settled();
        ok(asking.handOvers > 0, `${name}: the hand-over was never called`);
        strictEqual(scene.stage.received().length, 0, `${name}: arrived all the same`);
        strictEqual(said(outcome), "cancelled", name);
      });
  },
};
