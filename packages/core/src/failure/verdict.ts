import type { Dispositions, Verdict } from "./disposition.ts";
import type { Outcome } from "./outcome.ts";

/** What an outcome says about its provider's health. */
export function verdict(outcome: Outcome, dispositions: Dispositions): Verdict {
  return outcome.success ? "success" : dispositions[outcome.kind].health;
}
