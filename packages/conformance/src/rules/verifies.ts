import { strictEqual } from "node:assert";
import type { Health } from "@relais/core/spi";
import type { Act } from "./harness.ts";
import { NotCovered } from "./not-covered.ts";
import { provokedKinds } from "./provoked-kinds.ts";
import type { RuleParts } from "./rule-parts.ts";
import { settled } from "./until.ts";
import { within } from "./within.ts";

/** `verify` says how the provider is doing, and sends nothing. */
export const verifies: RuleParts = {
  name: "verifies without sending anything, and never rejects",
  needs: ["verify"],
  async check(bench) {
    const acts: readonly (Act | undefined)[] = [undefined, ...provokedKinds, "echo"];
    for (const act of acts) {
      if (act !== undefined && !bench.has(act)) continue;
      await bench.on(async (scene) => {
        const { provider } = scene.stage;
        if (provider.verify === undefined) throw new NotCovered("the provider has no verify");
        if (act !== undefined) await scene.act(act);
        const asked = provider.verify({ signal: new AbortController().signal });
        const health: Health = await within(asked, 10_000, "verify has not answered");
        await settled();
        strictEqual(scene.stage.received().length, 0, "verify sent a message");
        strictEqual(typeof health.ok, "boolean", "health.ok must be true or false");
        strictEqual(health.provider, provider.id, "the health is of another provider");
        if (act === undefined) strictEqual(health.ok, true, `the far end is well: ${health.reason}`);
      });
    }
  },
};
