import { clean } from "./clean.ts";
import { inMs, type Level, type Line } from "./line.ts";

/** What the worker of `@relais/outbox` tells (its `WorkerEvent`), by its shape: all of its events are like this. */
export interface WorkerHappening {
  readonly type: string;
  /** Ms since 1970. */
  readonly at: number;
  readonly message?: string | undefined;
  readonly tenant?: string | undefined;
  readonly state?: string | undefined;
  readonly provider?: string | undefined;
  readonly error?: string | undefined;
  /** Ms since 1970. */
  readonly notBefore?: number | undefined;
  readonly ms?: number | undefined;
  readonly during?: string | undefined;
}

const settledLevels: Readonly<Record<string, Level>> = {
  sent: "info",
  cancelled: "info",
  failed: "error",
  expired: "error",
  unknown: "error",
};

/** Level and text; what is not known here is worth a warning. */
function levelAndText({ type, state = "" }: WorkerHappening): readonly [Level, string] {
  if (type === "settled") return [settledLevels[state] ?? "warn", `outbox message ${state}`];
  if (type === "recovered") return ["warn", "outbox message taken up from a worker that was lost"];
  if (type === "lease-lost") return ["warn", "outbox message given up here: its lease was lost"];
  if (type === "late") return ["warn", "outbox message: a late answer"];
  if (type === "error") return ["error", "outbox worker: something failed in the background"];
  return ["warn", `outbox worker: ${type}`];
}

/** The line of one of the worker's events. */
export function workerLine(event: WorkerHappening, reasons: boolean): Line {
  const [level, text] = levelAndText(event);
  const { type, message: id, tenant, state, provider, error, notBefore, ms, during } = event;
  const fields = {
    event: type,
    id,
    tenant,
    state,
    provider,
    during,
    ...(reasons && error !== undefined ? { reason: clean(error) } : {}),
    ...(notBefore === undefined ? {} : { notBefore: new Date(notBefore).toISOString() }),
    ...(ms === undefined ? {} : { ms: inMs(ms) }),
  };
  return { level, text, fields };
}
