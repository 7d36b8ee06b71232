import { reason } from "../runtime/sanitize.ts";
import type { Failure } from "./outcome.ts";

/** A failure as one line that is safe to print: `SMTP: transient (421 4.3.2): closing; try again in 2 s`. */
export function formatFailure(failure: Failure): string {
  const code =
    failure.code === undefined || failure.reason.startsWith(failure.code) ? "" : ` (${failure.code})`;
  const wait = failure.retryAfterMs === undefined ? "" : `; try again in ${duration(failure.retryAfterMs)}`;
  return reason(`${failure.provider}: ${failure.kind}${code}: ${failure.reason}`, 400) + wait;
}

function duration(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)} ms`;
  if (ms < 120_000) return `${Math.ceil(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.ceil(ms / 60_000)} min`;
  return `${Math.ceil(ms / 3_600_000)} h`;
}

/** @deprecated the old name of `formatFailure` */
export function describe(failure: Failure): string {
  return formatFailure(failure);
}
