import { strictEqual } from "node:assert";
import { ask } from "./ask.ts";
import type { RuleParts } from "./rule-parts.ts";
import { said } from "./said.ts";

/** A receipt's `messageId` is what the far end calls the message. */
export const farEndsName: RuleParts = {
  name: "gives a receipt with the message id of the far end",
  needs: [],
  check: (bench) =>
    bench.on(async (scene) => {
      for (const nth of [1, 2]) {
        const { outcome } = await ask(scene, await bench.letter()).answer;
        strictEqual(said(outcome), "receipt", "the far end takes everything");
        const received = scene.stage.received();
        strictEqual(received.length, nth, `the far end has ${received.length} messages after ${nth}`);
        strictEqual(outcome.success && outcome.messageId, received[nth - 1]?.id);
      }
    }),
};
