import type { RuleParts } from "./rule-parts.ts";
import { inEverySituation } from "./situations.ts";
import { tellsNoSecret } from "./tells-no-secret.ts";

/** No outcome holds a credential. */
export const noSecret: RuleParts = {
  name: "lets no secret out, in no outcome and no health",
  needs: ["secrets", "misconfigured"],
  check: (bench) =>
    inEverySituation(bench, async ({ when, act, scene, answer }) => {
      // What is echoed has a rule of its own.
      if (act === "echo") return;
      const { provider } = scene.stage;
      tellsNoSecret(scene.stage, [answer, provider], when);
      if (!bench.has("verify") || act === "stall") return;
      const health = await Promise.resolve(provider.verify?.()).catch(() => undefined);
      tellsNoSecret(scene.stage, health, `verify ${when}`);
    }),
};
