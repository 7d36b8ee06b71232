import type { Dispositions, Verdict } from "./disposition.ts";
import type { Outcome } from "./outcome.ts";

/** What an outcome says about its provider's health. */
export function verdict(outcome: Outcome, dispositions: Dispositions): Verdict {
  return outcome.success ? "success" : dispositions[outcome.kind].health;
}

/** Whether the same provider may be asked again at once: for no recipient may the table forbid it. */
export function worthAgain(outcome: Outcome, dispositions: Dispositions): boolean {
  if (outcome.success || outcome.again === false || !dispositions[outcome.kind].again) return false;
  const rejected = outcome.rejected ?? [];
  return rejected.every(({ failure }) => failure.again !== false && dispositions[failure.kind].again);
}
