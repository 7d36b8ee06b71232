import { ok } from "node:assert";
import type { RuleParts } from "./rule-parts.ts";
import { inEverySituation } from "./situations.ts";

/** Every outcome bears the id of its provider. */
export const ownId: RuleParts = {
  name: "puts its own id on receipts and failures",
  needs: [],
  check: (bench) =>
    inEverySituation(bench, ({ when, scene, answer: { outcome } }) => {
      const { provider, ids = [] } = scene.stage;
      const own = [provider.id, ...ids];
      const rejections = outcome.rejected ?? [];
      for (const id of [outcome.provider, ...rejections.map((one) => one.failure.provider)])
        ok(own.includes(id), `${when}: the outcome is of ${id}, the provider is ${own.join(", ")}`);
    }),
};
