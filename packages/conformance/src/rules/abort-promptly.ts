import { ok } from "node:assert";
import { type Asking, ask } from "./ask.ts";
import type { RuleParts } from "./rule-parts.ts";
import { abandon } from "./situations.ts";
import { until } from "./until.ts";

/** How soon an answer must come after an abort. */
const mostMs = 50;

async function prompt(asking: Asking, when: string): Promise<void> {
  const begun = performance.now();
  let late = false;
  // On a machine that is busy with other things this timer is late, too, and what has come in meanwhile goes first.
  const timer = setTimeout(() => setImmediate(() => (late = true)), mostMs);
  await asking.answer;
  clearTimeout(timer);
  const ms = Math.round(performance.now() - begun);
  ok(!late, `given up ${when} the hand-over, it answered after ${ms} ms`);
}

/** An abort is answered at once, before and after the hand-over. */
export const abortPromptly: RuleParts = {
  name: `answers within ${mostMs} ms when it is given up`,
  needs: ["stall"],
  async check(bench) {
    await bench.on(async (scene) => {
      const caller = new AbortController();
      const handOver = (): Promise<void> => new Promise(() => {});
      const asking = ask(scene, await bench.letter(), { signal: caller.signal, handOver });
      await until(() => asking.handOvers > 0, "the hand-over was never called");
      caller.abort();
      await prompt(asking, "before");
    });
    await bench.on(async (scene) => {
      await scene.act("stall");
      const caller = new AbortController();
      const asking = ask(scene, await bench.letter(), { signal: caller.signal });
      await abandon(asking, caller);
      await prompt(asking, "after");
    });
  },
};
