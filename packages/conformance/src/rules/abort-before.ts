import { strictEqual } from "node:assert";
import { ask } from "./ask.ts";
import type { RuleParts } from "./rule-parts.ts";
import { said } from "./said.ts";
import { settled, until } from "./until.ts";

/** Given up before the hand-over is through: surely not delivered. */
export const abortBefore: RuleParts = {
  name: "says cancelled when it is given up before the hand-over, and nothing arrives",
  needs: [],
  async check(bench) {
    await bench.on(async (scene) => {
      const { outcome } = await ask(scene, await bench.letter(), { signal: AbortSignal.abort() }).answer;
      strictEqual(said(outcome), "cancelled", "given up before it began");
    });
    await bench.on(async (scene) => {
      const caller = new AbortController();
      const asking = ask(scene, await bench.letter(), {
        signal: caller.signal,
        handOver: () => new Promise(() => {}),
      });
      await until(() => asking.handOvers > 0, "the hand-over was never called");
      caller.abort();
      const { outcome } = await asking.answer;
      await settled();
      strictEqual(said(outcome), "cancelled");
      strictEqual(scene.stage.received().length, 0, "it arrived all the same");
    });
  },
};
