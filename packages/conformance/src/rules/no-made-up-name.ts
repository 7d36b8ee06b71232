import { strictEqual } from "node:assert";
import { ask } from "./ask.ts";
import type { RuleParts } from "./rule-parts.ts";
import { said } from "./said.ts";

/** A success without a message id is none: nobody knows. */
export const noMadeUpName: RuleParts = {
  name: "says unknown when the far end takes the message without an id, and makes none up",
  needs: ["nameless"],
  check: (bench) =>
    bench.on(async (scene) => {
      await scene.act("nameless");
      const { outcome } = await ask(scene, await bench.letter()).answer;
      strictEqual(said(outcome), "unknown");
    }),
};
