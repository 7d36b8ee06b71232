import { strictEqual } from "node:assert";
import { ask } from "./ask.ts";
import type { RuleParts } from "./rule-parts.ts";
import { said } from "./said.ts";
import { abandon } from "./situations.ts";

/** Given up after the hand-over, with no answer: nobody knows. */
export const abortAfter: RuleParts = {
  name: "says unknown when it is given up after the hand-over without an answer",
  needs: ["stall"],
  check: (bench) =>
    bench.on(async (scene) => {
      await scene.act("stall");
      const caller = new AbortController();
      const asking = ask(scene, await bench.letter(), { signal: caller.signal });
      await abandon(asking, caller);
      strictEqual(said((await asking.answer).outcome), "unknown");
    }),
};
