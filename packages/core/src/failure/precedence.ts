import type { FailureKind } from "./kinds.ts";
import type { Failure } from "./outcome.ts";

// Which failure stands for several: the one most worth another try.
const order: readonly FailureKind[] = [
  "transient",
  "throttled",
  "deferred",
  "skipped",
  "misconfigured",
  "refused",
  "rejected",
  "cancelled",
  "unknown",
];

/** The failure most worth another try, the first of those if there are several. */
export function mostRetryable(failures: readonly (Failure | undefined)[]): Failure | undefined {
  let best: Failure | undefined;
  for (const one of failures) {
    if (one === undefined) continue;
    if (best === undefined || order.indexOf(one.kind) < order.indexOf(best.kind)) best = one;
  }
  return best;
}

/** The kind of a whole of which these are the parts: `unknown` if one of them is. */
export function aggregateKind(failures: readonly Failure[]): FailureKind {
  for (const kind of ["unknown", "cancelled"] as const) {
    if (failures.some((one) => one.kind === kind)) return kind;
  }
  return mostRetryable(failures)?.kind ?? "cancelled";
}
