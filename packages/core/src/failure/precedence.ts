import type { FailureKind } from "./kinds.ts";
import type { Failure } from "./outcome.ts";

// Which failure speaks for several: the one that leaves most hope.
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

/** The failure that leaves most hope, the first of those if several do. */
export function mostRetryable(failures: readonly (Failure | undefined)[]): Failure | undefined {
  let best: Failure | undefined;
  for (const one of failures) {
    if (one === undefined) continue;
    if (best === undefined || order.indexOf(one.kind) < order.indexOf(best.kind)) best = one;
  }
  return best;
}

/** The kind of a whole of which these are the parts: nobody knows, if nobody knows of any. */
export function aggregateKind(failures: readonly Failure[]): FailureKind {
  for (const kind of ["unknown", "cancelled"] as const) {
    if (failures.some((one) => one.kind === kind)) return kind;
  }
  return mostRetryable(failures)?.kind ?? "cancelled";
}
