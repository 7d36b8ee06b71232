import { strictEqual } from "node:assert";
import type { RuleParts } from "./rule-parts.ts";
import { inEverySituation } from "./situations.ts";

/** `send` resolves with a receipt or a failure, whatever happens. */
export const neverRejects: RuleParts = {
  name: "answers with a receipt or a failure, and never rejects",
  needs: ["unknown", "stall"],
  check: (bench) =>
    inEverySituation(bench, ({ when, answer }) =>
      strictEqual(answer.fault, undefined, `${when}: ${answer.fault}`),
    ),
};
