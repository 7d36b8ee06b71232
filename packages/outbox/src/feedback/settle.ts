import type { FeedbackEvent } from "@relais/core";
import { suppressionKey } from "@relais/core";
import type { StoredEvent } from "../store/events.ts";
import type { LateChange, LateMessage } from "../store/late-results.ts";
import type { RecipientStatus, Refusal, State } from "../store/message.ts";
import { type AttemptRow, lastNumber, lastSuccess, storable, traceEntryOf } from "../store/trace.ts";
import { decide } from "../worker/decide.ts";

/** How much an event says: of two about one recipient of a message the higher one counts. */
export function severityOf({ type, bounce }: Pick<FeedbackEvent, "type" | "bounce">): number {
  return type === "bounced" && bounce === "hard" ? 7 : severities[type];
}

const severities: Readonly<Record<FeedbackEvent["type"], number>> = {
  deferred: 1,
  delivered: 2,
  unsubscribed: 3,
  failed: 4,
  bounced: 5,
  blocked: 6,
  complained: 8,
};

/** What an event says of a recipient whose attempt is unknown: whether the mail arrived; a deferral says nothing. */
const arrived: Readonly<Partial<Record<FeedbackEvent["type"], boolean>>> = {
  delivered: true,
  unsubscribed: true,
  complained: true,
  bounced: false,
  blocked: false,
  failed: false,
};

/** What events say of the recipients of one attempt that is unknown. */
export interface SettledAttempt {
  readonly seq: number;
  readonly accepted: readonly string[];
  readonly rejected: readonly Refusal[];
}

export interface Settlement {
  readonly attempts: readonly SettledAttempt[];
  readonly change: LateChange;
}

/**
 * What events change of a message that is not being sent: those of its recipients are settled whose attempts are unknown.
 * It is the same in whichever order the events come.
 * @param attempts all of the message's
 * @returns `undefined` if they change nothing
 */
export function settlement(
  message: LateMessage,
  attempts: readonly AttemptRow[],
  events: readonly StoredEvent[],
  now: number,
): Settlement | undefined {
  const settled: { readonly attempt: AttemptRow; readonly verdicts: ReadonlyMap<string, StoredEvent> }[] = [];
  const received = new Set(attempts.flatMap(({ kind, accepted }) => (kind === "accepted" ? accepted : [])));
  const here = new Set<string>();
  const lost = new Map<string, Refusal>();
  const doubtful = new Set<string>();
  let possibleDuplicate = false;
  for (const attempt of attempts) {
    if (attempt.kind !== "unknown") continue;
    const verdicts = verdictsOn(attempt, attempts, events);
    if (verdicts.size > 0) settled.push({ attempt, verdicts });
    for (const address of attempt.recipients) {
      const event = verdicts.get(address);
      if (event === undefined) {
        if (!attempt.rejected.some((one) => one.address === address)) doubtful.add(address);
      } else if (arrived[event.type] === true) {
        if (here.has(address) || received.has(address)) possibleDuplicate = true;
        here.add(address);
      } else lost.set(address, { address, kind: event.type, reason: storable(reasonOf(event)) });
    }
  }
  const last = settled.at(-1);
  if (last === undefined) return undefined;
  for (const address of [...here, ...received]) lost.delete(address);
  const accepted = [...new Set([...message.accepted, ...here])].filter((address) => !lost.has(address));
  const has = new Set(accepted);
  const rejected = [
    ...message.rejected.filter(({ address }) => !has.has(address) && !lost.has(address)),
    ...lost.values(),
  ];
  const out = new Set(rejected.map(({ address }) => address));
  const recipients = message.recipients ?? [...new Set(attempts.flatMap((one) => one.recipients))];
  const rest = recipients.filter((address) => !has.has(address) && !out.has(address));
  const next = statusOf(message, { accepted, rejected, rest, doubtful });
  const { state: before, delivery_trace: trace, on_unknown: onUnknown, expires_at } = message;
  const decided = decide(next, { now, expiresAt: Number(expires_at), onUnknown, retryAfterMs: 0 });
  // Those who still need it wait as long as before.
  const state = decided.state === "queued" && before === "deferred" ? before : decided.state;
  const isSame = (some: readonly string[], others: readonly string[]): boolean =>
    [...some].sort().join("\n") === [...others].sort().join("\n");
  const facts = ({ address, kind }: Refusal): string => `${kind} ${address}`;
  if (
    state === before &&
    isSame(accepted, message.accepted) &&
    isSame(decided.rejected.map(facts), message.rejected.map(facts))
  )
    return undefined;

  const entries = settled.map(({ attempt, verdicts }, i) => {
    const [event] = [...verdicts.values()].sort((a, b) => b.severity - a.severity);
    return entryOf(attempt, event as StoredEvent, lastNumber(trace) + i + 1);
  });
  const delivered = state === "sent" || state === "partial";
  const by = delivered
    ? { provider: last.attempt.provider, ...lastSuccess({ attempts: [...trace.attempts, ...entries] }) }
    : {};
  const [latest] = [...last.verdicts.values()].sort((a, b) => Number(b.receivedAt) - Number(a.receivedAt));
  const { source, type, eventId, provider } = latest as StoredEvent;
  const resolution = {
    by: "event",
    as: delivered ? "sent" : "failed",
    at: new Date(now).toISOString(),
    note: storable(`${provider}: ${type}, ${source} ${eventId}`),
  } as const;
  const isOver = state !== "unknown" && state !== "queued" && state !== "deferred";
  const [first] = lost.values();
  return {
    attempts: settled.map(({ attempt, verdicts }) => settledAttempt(attempt, verdicts)),
    change: {
      state,
      entries,
      accepted,
      rejected: decided.rejected,
      possibleDuplicate,
      ...by,
      ...(first === undefined ? {} : { error: `${last.attempt.provider}: ${first.reason}` }),
      ...(isOver ? { resolution } : {}),
    },
  };
}

/** The weightiest event for each recipient of an attempt: of its provider, and none that came before it or is of another. */
function verdictsOn(
  { seq, provider, recipients, started_at }: AttemptRow,
  attempts: readonly AttemptRow[],
  events: readonly StoredEvent[],
): ReadonlyMap<string, StoredEvent> {
  const ofOthers = new Set(
    attempts.flatMap((one) =>
      one.seq === seq || one.provider_message_id === null
        ? []
        : [one.provider_message_id.replace(/[<>]/g, "")],
    ),
  );
  const found = new Map<string, StoredEvent>();
  for (const event of events) {
    if (arrived[event.type] === undefined || event.provider !== provider || event.receivedAt < started_at)
      continue;
    if (ofOthers.has(event.providerMessageId?.replace(/[<>]/g, "") ?? "")) continue;
    for (const address of recipients) {
      if (suppressionKey(address) !== event.recipient) continue;
      const before = found.get(address);
      if (before === undefined || before.severity < event.severity) found.set(address, event);
    }
  }
  return found;
}

interface Known {
  readonly accepted: readonly string[];
  readonly rejected: readonly Refusal[];
  /** Those about whom nothing is known, and of whom some are doubtful. */
  readonly rest: readonly string[];
  readonly doubtful: ReadonlySet<string>;
}

function statusOf(
  { state }: { readonly state: State },
  { accepted, rejected, rest, doubtful }: Known,
): RecipientStatus {
  if (state === "unknown") {
    const unknown = rest.filter((address) => doubtful.has(address));
    return { accepted, rejected, unknown, pending: rest.filter((address) => !doubtful.has(address)) };
  }
  // They are to be sent to, once more or at all: that is decided.
  if (state === "queued" || state === "deferred") return { accepted, rejected, unknown: [], pending: rest };
  const gone = rest.map((address) => ({
    address,
    kind: "cancelled",
    reason: "the message had been given up",
  }));
  return { accepted, rejected: [...rejected, ...gone], unknown: [], pending: [] };
}

function reasonOf({ type, bounce, code, reason }: StoredEvent): string {
  const kind = bounce === undefined ? type : `${type} (${bounce})`;
  return [kind, [code, reason].filter((one) => one !== undefined).join(" ")]
    .filter((one) => one !== "")
    .join(": ");
}

/** The attempt as an entry of the trace, as an event tells of it. */
function entryOf(attempt: AttemptRow, event: StoredEvent, n: number): LateChange["entries"][number] {
  const { kind: _, success: __, ...entry } = traceEntryOf(attempt, n);
  const { providerMessageId: messageId, code } = event;
  const own = { ...entry, late: true as const, ...(messageId === undefined ? {} : { messageId }) };
  if (arrived[event.type] === true) {
    const { code: _code, reason: _reason, ...rest } = own;
    return { ...rest, success: true };
  }
  const why = { reason: storable(reasonOf(event)), ...(code === undefined ? {} : { code }) };
  return { ...own, kind: "rejected", ...why };
}

function settledAttempt(attempt: AttemptRow, verdicts: ReadonlyMap<string, StoredEvent>): SettledAttempt {
  const accepted: string[] = [];
  const rejected = attempt.rejected.filter(({ address }) => !verdicts.has(address));
  for (const [address, event] of verdicts) {
    if (arrived[event.type] === true) accepted.push(address);
    else rejected.push({ address, kind: event.type, reason: storable(reasonOf(event)) });
  }
  return { seq: attempt.seq, accepted, rejected };
}
