import { ok } from "node:assert";
import type { RuleParts } from "./rule-parts.ts";
import { inEverySituation } from "./situations.ts";

/** No retries: neither its own nor those of its library. */
export const oneTry: RuleParts = {
  name: "tries once: one send is one request at most, whatever comes of it",
  needs: ["transient", "unknown"],
  check: (bench) =>
    inEverySituation(bench, ({ when, scene }) => {
      const requests = scene.stage.requests();
      ok(requests <= 1, `${when}: the far end saw ${requests} requests`);
    }),
};
