import { strictEqual } from "node:assert";
import { ask } from "./ask.ts";
import type { RuleParts } from "./rule-parts.ts";
import { settled } from "./until.ts";

/** With a signal that has aborted, the far end is not bothered. */
export const abortedAlready: RuleParts = {
  name: "makes no request when it was given up before it began",
  needs: [],
  check: (bench) =>
    bench.on(async (scene) => {
      const { outcome } = await ask(scene, await bench.letter(), { signal: AbortSignal.abort() }).answer;
      await settled();
      strictEqual(scene.stage.requests(), 0, "the far end saw a request");
      strictEqual(outcome.success, false, "an attempt that never began cannot end in a receipt");
    }),
};
