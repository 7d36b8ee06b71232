import { type Chain, type Delivery, InvalidMessage, type Message, type Receipt } from "@relais/core";
import type { Database } from "../database/database.ts";
import { type Claimed, messageOf } from "../store/claims.ts";
import type { Finish } from "../store/completions.ts";
import { storable, storableId } from "../store/trace.ts";
import { givenUp, type Standing, settle, standingAfter } from "./decide.ts";
import type { AttemptJournal } from "./journal.ts";
import { lastNumber, lastSuccess, traceEntries } from "./trace-entries.ts";

export interface DeliverySite {
  readonly database: Database;
  readonly chain: Pick<Chain, "send">;
  readonly worker: string;
  readonly backoff: BackoffOptions;
  readonly defaultFrom?: string | undefined;
  /** Writes down whom a row of plain SQL is for, once it has been read. */
  known(row: Claimed, recipients: readonly string[]): Promise<unknown>;
}

/** The pause before a message is tried again that was not handed over because that could not be written down, ms. */
const journalPauseMs = 1_000;

/** What came of one claimed message. */
export interface Delivered {
  readonly finish: Finish;
  /** Absent if there was nothing to send. */
  readonly delivery?: Delivery;
  /** The chain takes nothing at all, and asked nobody: it is closed. */
  readonly turnedAway?: boolean;
}

/** Sends a claimed message by the chain, and says what is to be written. Never rejects but for the database. */
export async function deliverOne(
  row: Claimed,
  site: DeliverySite,
  journal: AttemptJournal,
  signal: AbortSignal,
): Promise<Delivered> {
  const { accepted, rejected, on_unknown: onUnknown } = row;
  const expiresAt = Number(row.expires_at);
  let message: Message;
  try {
    message = await messageOf(site.database, row, site);
  } catch (error) {
    // Of a database that is away, and the like, nothing is said here: that is no fault of the row.
    if (error instanceof InvalidMessage) return { finish: malformed(row, storable(error.message)) };
    if (error instanceof TypeError || error instanceof RangeError)
      return { finish: malformed(row, "its content cannot be read as a message") };
    throw error;
  }
  // Before anybody is sent to: of a delivery in parts its attempts do not say who else there is.
  if (row.recipients === null) await site.known(row, message.envelope.to);
  const to = remaining(message.envelope.to, row);
  const now = Date.now();
  if (now >= expiresAt || to.length === 0) {
    const standing: Standing = { accepted, rejected, unknown: [], pending: to };
    const settlement = settle(standing, { now, expiresAt, onUnknown, retryAfterMs: 0 });
    return {
      finish: finishOf(
        row,
        settlement,
        to.length === 0 ? {} : { error: row.last_error ?? "its time was over" },
      ),
    };
  }
  const envelope = { from: message.envelope.from, to };
  const delivery = await site.chain.send(message, { journal, signal, envelope });
  const after = Date.now();
  if (wasNotTried(delivery)) {
    // Nobody was asked, so nobody has said no.
    const standing: Standing = { accepted, rejected, unknown: [], pending: to };
    const turnedAway = !signal.aborted && after - now < atOnceMs;
    const retryAfterMs = turnedAway || signal.aborted ? 0 : backoff(row.deferrals, site.backoff);
    const settlement = settle(standing, { now: after, expiresAt, onUnknown, retryAfterMs });
    const rest = { error: storable(delivery.error), hadItsTurn: true };
    return { turnedAway, finish: finishOf(row, settlement, rest) };
  }
  const standing = standingAfter(row, to, delivery);
  const retryAfterMs = pauseMs(row, delivery, site, { journal, signal });
  const settlement = settle(standing, { now: after, expiresAt, onUnknown, retryAfterMs });
  return {
    delivery,
    finish: finishOf(row, settlement, {
      ends: journal.unwritten(),
      entries: traceEntries(delivery.attempts, site.worker, lastNumber(row.delivery_trace)),
      ...deliveredBy(row, delivery),
      ...(delivery.success ? {} : { error: storable(delivery.error) }),
      possibleDuplicate:
        delivery.possibleDuplicate === true || row.doubtful.some((one) => delivery.accepted.includes(one)),
    }),
  };
}

/** A chain that is closed says so at once; one whose deadline was over before it could ask anybody does not. */
const atOnceMs = 1_000;

function wasNotTried(delivery: Delivery): delivery is Delivery & { success: false } {
  return !delivery.success && delivery.kind === "cancelled" && delivery.attempts.length === 0;
}

/** How long those who are pending wait, ms. A duration: whoever names a time of day may have another clock. */
function pauseMs(
  row: Claimed,
  delivery: Delivery,
  site: DeliverySite,
  { journal, signal }: { readonly journal: AttemptJournal; readonly signal: AbortSignal },
): number {
  // By us, that is: what a provider did not take within the deadline has had its turn.
  if (signal.aborted && givenUp(delivery)) return 0;
  if (delivery.success) return 1;
  const usual = journal.failed() ? journalPauseMs : backoff(row.deferrals, site.backoff);
  return Math.max(1, delivery.retryAfterMs ?? usual);
}

/** Whoever still needs it: an earlier delivery may have reached some. */
function remaining(to: readonly string[], { accepted, rejected }: Claimed): readonly string[] {
  const settled = new Set([...accepted, ...rejected.map(({ address }) => address)]);
  return settled.size === 0 ? to : to.filter((address) => !settled.has(address));
}

/** The provider that really delivered: this time, or an earlier one. */
function deliveredBy(row: Claimed, delivery: Delivery): Pick<Finish, "provider" | "messageId"> {
  if (delivery.success) return { provider: delivery.provider, messageId: storableId(delivery.messageId) };
  const receipt: Receipt | undefined = delivery.receipts[0];
  if (receipt !== undefined) return { provider: receipt.provider, messageId: storableId(receipt.messageId) };
  // Assumed sent: by whoever had it in hand when nobody knew any more.
  const by = delivery.failures.find(({ kind }) => kind === "unknown")?.provider;
  return { ...(by === undefined ? {} : { provider: by }), ...lastSuccess(row.delivery_trace) };
}

type Rest = Partial<Omit<Finish, "id" | "claim" | "settlement">>;

function finishOf(row: Claimed, settlement: Finish["settlement"], rest: Rest): Finish {
  const { id, claim } = row;
  return { id, claim, settlement, ends: [], entries: [], ...lastSuccess(row.delivery_trace), ...rest };
}

/** A row that no message can be made of. */
function malformed(row: Claimed, reason: string): Finish {
  const { accepted } = row;
  const left = (row.recipients ?? []).filter((address) => !accepted.includes(address));
  const rejected = [...row.rejected, ...left.map((address) => ({ address, kind: "rejected", reason }))];
  const state = accepted.length === 0 ? "failed" : "partial";
  const settlement = { state, accepted, rejected, unknown: [], pending: [] } as const;
  return finishOf(row, settlement, { error: `the message is wrong: ${reason}` });
}

export interface BackoffOptions {
  /** The pause after the first delivery that failed for a while, ms. @defaultValue 30000 */
  readonly baseMs?: number | undefined;
  /** The longest pause, ms. @defaultValue 6 hours */
  readonly capMs?: number | undefined;
}

/** The pause before a message is tried again, ms: twice as long each time, less up to a half by chance. */
function backoff(
  deferrals: number,
  { baseMs = 30_000, capMs = 6 * 3_600_000 }: BackoffOptions,
  random: () => number = Math.random,
): number {
  return Math.min(capMs, baseMs * 2 ** Math.min(deferrals, 30)) * (0.5 + random() / 2);
}
