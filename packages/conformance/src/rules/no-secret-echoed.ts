import { ok } from "node:assert";
import { ask } from "./ask.ts";
import type { RuleParts } from "./rule-parts.ts";
import { tellsNoSecret } from "./tells-no-secret.ts";

/** A far end may repeat what it was told; it stops here. */
export const noSecretEchoed: RuleParts = {
  name: "lets no secret out that the far end echoes",
  needs: ["secrets", "echo"],
  check: (bench) =>
    bench.on(async (scene) => {
      await scene.act("echo");
      const { outcome } = await ask(scene, await bench.letter()).answer;
      ok(!outcome.success, "a far end that echoes secrets refuses");
      tellsNoSecret(scene.stage, outcome, "when the far end echoes secrets");
    }),
};
