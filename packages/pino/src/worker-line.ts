import { clean, inMs, isoTime, type Level, type Line } from "./line.ts";

/** An event of the worker of `@relais/outbox` (its `WorkerEvent`), by its shape: all of its events are like this. */
export interface WorkerEventLike {
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

const lines: Readonly<Record<string, readonly [Level, string]>> = {
  recovered: ["warn", "outbox message taken up from a worker that was lost"],
  "lease-lost": ["warn", "outbox message given up here: its lease was lost"],
  late: ["warn", "outbox message: a late answer"],
  error: ["error", "outbox worker: something failed in the background"],
};

/** Level and text; a type that is not known here is worth a warning. */
function levelAndText({ type, state = "" }: WorkerEventLike): readonly [Level, string] {
  if (type === "settled") return [settledLevels[state] ?? "warn", `outbox message ${state}`];
  return (Object.hasOwn(lines, type) ? lines[type] : undefined) ?? ["warn", `outbox worker: ${type}`];
}

/** The line of one of the worker's events. */
export function workerLine(event: WorkerEventLike, reasons: boolean): Line {
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
    ...(notBefore === undefined ? {} : { notBefore: isoTime(notBefore) }),
    ...(ms === undefined ? {} : { ms: inMs(ms) }),
  };
  return { level, text, fields };
}

/** Whether an event of the chain or the worker is the worker's. The type `late` is both's; the chain's has an outcome. */
export function isWorkerEvent(event: { readonly type: string }): event is WorkerEventLike {
  const { type } = event;
  return type === "settled" || (Object.hasOwn(lines, type) && !("outcome" in event));
}
