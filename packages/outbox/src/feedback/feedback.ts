import { createHash } from "node:crypto";
import {
  type FeedbackEvent,
  type FeedbackResult,
  type FeedbackStore,
  type FeedbackType,
  feedbackTypes,
  type Observer,
  type OutboxEvent,
  suppressionKey,
} from "@relais/core";
import type { Database, Queryable } from "../database/database.ts";
import { retryConflict } from "../database/retry-conflict.ts";
import { coalesce, withQueryTimeout } from "../database/with-timeout.ts";
import {
  type EventRow,
  endOrphans,
  endPending,
  insertEvents,
  knownEvents,
  matchEarly,
  pendingMessages,
  purgeEvents,
  readEvents,
  type WrittenEvent,
} from "../store/events.ts";
import { countEvents, type FeedbackStats, purgeCounts, readFeedbackStats } from "../store/feedback-counts.ts";
import {
  lockMessage,
  messageAttempts,
  writeLateChange,
  writeSettledAttempts,
} from "../store/late-results.ts";
import type { State } from "../store/message.ts";
import { wakeWorkers } from "../store/scheduling.ts";
import {
  deleteExpired,
  removeSoft,
  type SuppressionRow,
  softBounces,
  softlySuppressed,
  type TenantAddress,
  writeSuppressions,
} from "../store/suppression.ts";
import { storable, storableId, toPgText } from "../store/trace.ts";
import { batch } from "../worker/batching.ts";
import type { FeedbackSettings } from "./options.ts";
import { settlement, severityOf } from "./settle.ts";

/** A message that events have settled, or changed. */
export interface SettledMessage {
  readonly message: string;
  readonly state: State;
}

/** What came of events that had waited. */
export interface FeedbackRound {
  /** Early events whose messages are known now. */
  readonly matched: number;
  /** Early events that nobody claimed in time: they are of mail that is not this outbox's. */
  readonly foreign: number;
  readonly settled: readonly SettledMessage[];
}

/** Events in an outbox. */
export interface OutboxFeedback extends FeedbackStore {
  /**
   * Looks after events that came early, or while their messages were being sent, and deletes old ones. Workers do so every
   * second.
   * @param queryTimeoutMs a statement without an answer for so long is given up; by default as the database gives them up
   */
  round(queryTimeoutMs?: number): Promise<FeedbackRound>;
  /**
   * What providers told lately, and how many addresses are suppressed. An answer serves for as long as is cheap.
   * @param queryTimeoutMs as for `round`
   */
  stats(queryTimeoutMs?: number): Promise<FeedbackStats>;
}

/** Events in one transaction, and messages in one round. */
const maxEvents = 500;
const maxMessages = 100;
const purgeEveryMs = 60_000;

/** A large list takes long to count: at most this part of the time is spent on it. */
const countingShare = 0.01;

/** What was done with one event, and whether it is the one that settled its message. */
interface Fate {
  readonly result: keyof FeedbackResult;
  readonly hasSettled: boolean;
}

export function feedbackStore(
  own: Database,
  settings: FeedbackSettings,
  observe?: Observer<OutboxEvent>,
): OutboxFeedback {
  let statsTimeoutMs: number | undefined;
  const aside: Queryable = {
    query: (text, values, ms = statsTimeoutMs) => own.aside.query(text, values, ms),
  };
  const readStats = costly(() => readFeedbackStats(aside));
  // Those of many requests go together: each would be a commit of its own.
  const recordAll = batch<EventRow, Fate>((rows) => oneAtATime(own, (tx) => recordRows(tx, rows, settings)), {
    maxItems: maxEvents,
  });
  let purgeAt = 0;

  return {
    async record(events) {
      // Checked before any of them is stored.
      const rows = events.map(rowOf);
      const ends = await Promise.allSettled(rows.map(recordAll));
      const { result, told } = received(rows, ends);
      if (ends.some(({ status }) => status === "fulfilled"))
        observe?.({ type: "feedback-received", at: Date.now(), ...result, ...told });
      // Some may have been stored: told again they are repeated, and are counted now.
      for (const end of ends) if (end.status === "rejected") throw end.reason;
      return result;
    },
    async round(queryTimeoutMs) {
      const database = queryTimeoutMs === undefined ? own : withQueryTimeout(own, queryTimeoutMs);
      const matched = await oneAtATime(database, async (tx) => {
        const found = await matchEarly(tx, maxEvents);
        await suppress(tx, found, settings);
        return found.length;
      });
      const settled: SettledMessage[] = [];
      for (const id of await pendingMessages(database, maxMessages)) {
        settled.push(...(await oneAtATime(database, (tx) => settle(tx, [id]))));
      }
      let foreign = 0;
      if (Date.now() >= purgeAt) {
        purgeAt = Date.now() + Math.min(purgeEveryMs, settings.earlyForMs);
        foreign = await purgeEvents(database, settings);
        await endOrphans(database);
        await deleteExpired(database);
        await purgeCounts(database);
      }
      if (settled.some(({ state }) => state === "queued")) await wakeWorkers(database);
      return { matched, foreign, settled };
    },
    stats(queryTimeoutMs) {
      statsTimeoutMs = queryTimeoutMs;
      return readStats();
    },
  };
}

/** Results of one call, counted. */
function received(
  rows: readonly EventRow[],
  ends: readonly PromiseSettledResult<Fate>[],
): {
  readonly result: FeedbackResult;
  readonly told: Pick<OutboxEvent, "counts" | "settled">;
} {
  const result = { stored: 0, repeated: 0, early: 0, foreign: 0 };
  const counts = new Map<string, { provider: string; type: FeedbackType; count: number }>();
  let settled = 0;
  for (const [i, end] of ends.entries()) {
    if (end.status === "rejected") continue;
    const { provider, type } = rows[i] as EventRow;
    result[end.value.result] += 1;
    settled += Number(end.value.hasSettled);
    if (end.value.result !== "stored" && end.value.result !== "early") continue;
    const key = `${provider}\n${type}`;
    const counted = counts.get(key) ?? { provider, type, count: 0 };
    counted.count += 1;
    counts.set(key, counted);
  }
  return {
    result,
    told: { counts: Object.freeze([...counts.values()].map((one) => Object.freeze(one))), settled },
  };
}

/** An answer serves for a hundred times as long as it took. */
function costly<T>(ask: () => Promise<T>): () => Promise<T> {
  let last: T | undefined;
  let goodUntil = Number.NEGATIVE_INFINITY;
  return coalesce(async () => {
    const begin = performance.now();
    if (last !== undefined && begin < goodUntil) return last;
    last = await ask();
    const end = performance.now();
    goodUntil = end + (end - begin) / countingShare;
    return last;
  });
}

/**
 * What is done with events depends on all others of the address or the message: two transactions at once would not see
 * each other's.
 */
function oneAtATime<T>(database: Database, run: (tx: Queryable) => Promise<T>): Promise<T> {
  return retryConflict(() =>
    database.transaction(async (tx) => {
      await tx.query(lockSql);
      return run(tx);
    }),
  );
}

/** Each statement behind it sees what was committed before, whatever is the default of the database. */
const lockSql = "set transaction isolation level read committed; select pg_advisory_xact_lock(1919902006)";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An id that an index takes: of a longer one its digest. */
function idOf(text: string): string {
  const id = toPgText(text);
  return id.length <= 300 ? id : createHash("sha256").update(id).digest("hex");
}

/** @throws {TypeError} one sentence: it is not an event */
function rowOf(event: FeedbackEvent): EventRow {
  const { type, bounce, recipient, provider, source, eventId, message, providerMessageId, at } = event;
  const texts = { recipient, provider, source, eventId };
  for (const [name, value] of Object.entries(texts)) {
    // Of several recipients the provider may not say which it was.
    if (typeof value !== "string" || (value === "" && name !== "recipient"))
      throw new TypeError(`feedback: ${name} of an event must be a text`);
  }
  if (!feedbackTypes.includes(type))
    throw new TypeError(`feedback: type of an event must be one of ${feedbackTypes.join(", ")}`);
  const orNull = (value: string | undefined, clean: (text: string) => string): string | null =>
    value === undefined || value === "" ? null : clean(value);
  const own = orNull(message, idOf);
  return {
    provider: idOf(provider),
    event_id: idOf(eventId),
    recipient: idOf(suppressionKey(recipient)),
    type,
    bounce: type === "bounced" ? (bounce ?? "undetermined") : null,
    severity: severityOf(event),
    source: idOf(source),
    own,
    own_id: own !== null && uuid.test(own) ? own : null,
    provider_message_id: orNull(providerMessageId, storableId),
    code: orNull(event.code, storable),
    reason: orNull(event.reason, storable),
    stream: orNull(event.stream, idOf),
    tenant: orNull(event.tenant, idOf),
    // A date that no calendar has would be refused by the database, with all the others.
    at: new Date(Number.isFinite(at) && at > 0 && at < 4e12 ? at : Date.now()).toISOString(),
  };
}

const keyOf = ({
  provider,
  event_id,
  recipient,
}: Pick<EventRow, "provider" | "event_id" | "recipient">): string => `${provider}\n${event_id}\n${recipient}`;

/** Stores events with their effects. @returns of each what was done with it */
async function recordRows(
  tx: Queryable,
  rows: readonly EventRow[],
  settings: FeedbackSettings,
): Promise<readonly Fate[]> {
  const first = new Map<string, EventRow>();
  for (const row of rows) if (!first.has(keyOf(row))) first.set(keyOf(row), row);
  const written = await insertEvents(tx, [...first.values()]);
  await suppress(tx, written, settings);
  const pending = new Set(
    written.flatMap(({ state, message }) => (state === "pending" && message !== null ? [message] : [])),
  );
  const settled = pending.size === 0 ? [] : await settle(tx, [...pending].sort());
  if (settled.some(({ state }) => state === "queued")) await wakeWorkers(tx);
  const results = new Map<string, keyof FeedbackResult>(
    written.map((one) => [keyOf(one), one.state === "early" ? "early" : "stored"]),
  );
  const others = [...first].flatMap(([key, row]) => (results.has(key) ? [] : [row]));
  for (const one of await knownEvents(tx, others)) results.set(keyOf(one), "repeated");
  const settling = new Set(
    settled.map(({ message }) => keyOf(written.find((one) => one.message === message) as WrittenEvent)),
  );
  return rows.map((row) => {
    const key = keyOf(row);
    const isFirst = first.get(key) === row;
    const result = results.get(key) ?? "foreign";
    return {
      result: isFirst || result === "foreign" ? result : "repeated",
      hasSettled: isFirst && settling.has(key),
    };
  });
}

/**
 * Settles messages by all that is known of them. One that is being sent waits: its completion would overwrite it.
 * @param messages in the order of their ids
 */
async function settle(tx: Queryable, messages: readonly string[]): Promise<readonly SettledMessage[]> {
  const settled: SettledMessage[] = [];
  const done: string[] = [];
  for (const id of messages) {
    const message = await lockMessage(tx, id);
    if (message?.state === "sending") continue;
    done.push(id);
    if (message === undefined) continue;
    const attempts = await messageAttempts(tx, id);
    const found = settlement(message, attempts, await readEvents(tx, { messages: [id] }), Date.now());
    if (found === undefined) continue;
    await writeSettledAttempts(tx, id, found.attempts);
    await writeLateChange(tx, id, found.change);
    settled.push({ message: id, state: found.change.state });
  }
  if (done.length > 0) await endPending(tx, done);
  return settled;
}

type SuppressingEvent = WrittenEvent & { readonly state: "pending" | "done" };
const isKnown = (event: WrittenEvent): event is SuppressingEvent =>
  event.state !== "early" && event.recipient !== "";

/** Counts events that were not known before, and puts addresses on the list, or takes them from it, as they say. */
async function suppress(
  tx: Queryable,
  events: readonly WrittenEvent[],
  settings: FeedbackSettings,
): Promise<void> {
  const known = events.filter(isKnown);
  await countEvents(tx, known);
  const rows = new Map<string, SuppressionRow>();
  const soft = new Map<string, TenantAddress>();
  const delivered = new Map<string, TenantAddress>();
  for (const event of known) {
    const { type, bounce, tenant, recipient: address } = event;
    if (type === "delivered") delivered.set(`${tenant}\n${address}`, { tenant, address });
    if (type === "bounced" && bounce !== "hard") soft.set(`${tenant}\n${address}`, { tenant, address });
    const row = suppressionOf(event, settings);
    if (row === undefined) continue;
    const key = JSON.stringify([tenant, address, row.stream, row.reason]);
    rows.set(key, together(rows.get(key), row));
  }
  await writeSuppressions(tx, [...rows.values()]);
  const others = [...delivered].flatMap(([key, one]) => (soft.has(key) ? [] : [one]));
  const listed = others.length === 0 ? [] : await softlySuppressed(tx, others);
  const touched = [...soft.values(), ...listed];
  if (touched.length > 0) await suppressSoftly(tx, touched, settings);
}

async function suppressSoftly(
  tx: Queryable,
  addresses: readonly TenantAddress[],
  { softBounces: most, softWindowMs, expiresMs }: FeedbackSettings,
): Promise<void> {
  const counted = await softBounces(tx, addresses, softWindowMs);
  const full = counted.filter(({ count }) => count >= most);
  const recovered = counted.filter(({ count, listed }) => listed && count < most);
  if (recovered.length > 0) await removeSoft(tx, recovered);
  const rows = full.map(({ tenant, address, count, source, first_at, last_at }): SuppressionRow => {
    const [first, last] = [first_at as Date, last_at as Date];
    return {
      ...{ tenant, address, stream: "", reason: "bounced", soft: true, source, count },
      first_at: first.toISOString(),
      last_at: last.toISOString(),
      expires_at: expiry(last, expiresMs.soft),
    };
  });
  await writeSuppressions(tx, rows);
}

/** What an event puts on the list at once. */
function suppressionOf(
  { type, bounce, tenant, recipient: address, stream, source, at }: SuppressingEvent,
  { expiresMs }: FeedbackSettings,
): SuppressionRow | undefined {
  const isBounce = type === "blocked" || (type === "bounced" && bounce === "hard");
  const reason = isBounce ? "bounced" : type;
  if (reason !== "bounced" && reason !== "complained" && reason !== "unsubscribed") return undefined;
  if (type === "bounced" && !isBounce) return undefined;
  const time = at.toISOString();
  return {
    tenant,
    address,
    // A mailbox that is gone is gone for every stream; so is, by law, who complains.
    stream: reason === "unsubscribed" ? stream : "",
    reason,
    soft: false,
    source,
    first_at: time,
    last_at: time,
    expires_at: expiry(at, expiresMs[reason]),
    count: 1,
  };
}

const expiry = (from: Date, ms: number): string | null =>
  Number.isFinite(ms) ? new Date(Number(from) + ms).toISOString() : null;

function together(one: SuppressionRow | undefined, other: SuppressionRow): SuppressionRow {
  if (one === undefined) return other;
  const [first, last] = one.last_at <= other.last_at ? [one, other] : [other, one];
  return {
    ...last,
    first_at: [one.first_at, other.first_at].sort()[0] as string,
    expires_at: first.expires_at === null ? null : last.expires_at,
    count: one.count + other.count,
  };
}
