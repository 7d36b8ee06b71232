import {
  type Chain,
  createMessage,
  type Delivery,
  InvalidMessage,
  type Message,
  type SuppressionOptions,
} from "@relais/core";
import type { Database } from "../database/database.ts";
import { deserialize } from "../enqueue/serialize.ts";
import { type ClaimedMessage, readAttachments } from "../store/claims.ts";
import type { Completion } from "../store/completions.ts";
import type { RecipientStatus } from "../store/message.ts";
import { suppressedOf } from "../store/suppression.ts";
import { lastNumber, lastSuccess, storable, storableId, traceEntries } from "../store/trace.ts";
import { decide, giveUp, statusAfter } from "./decide.ts";
import type { MessageJournal } from "./journal.ts";
import type { WorkerSettings } from "./options.ts";

export interface DeliveryContext {
  readonly database: Database;
  readonly chain: Pick<Chain, "send">;
  readonly worker: string;
  readonly backoff: WorkerSettings["backoff"];
  readonly defaultFrom?: string | undefined;
  /** Addresses that get no mail, besides those of the chain. */
  readonly suppression?: SuppressionOptions | undefined;
  /** Writes the recipients of a message that was written by plain SQL. */
  writeRecipients(row: ClaimedMessage, recipients: readonly string[]): Promise<unknown>;
}

/** What came of one claimed message. */
export interface DeliveryResult {
  readonly completion: Completion;
  /** Absent if there was nothing to send. */
  readonly delivery?: Delivery;
  /** The chain called no provider and answered at once: it is closed. */
  readonly chainClosed?: boolean;
}

/** The pause before a message is tried again that was not handed over because that could not be written, ms. */
const journalPauseMs = 1_000;
/** A chain that is closed answers within this, ms; one whose deadline passed before it could call a provider does not. */
const atOnceMs = 1_000;

/** Sends a claimed message by the chain, and decides what is to be written. Rejects only if the database fails. */
export async function deliver(
  row: ClaimedMessage,
  context: DeliveryContext,
  journal: MessageJournal,
  signal: AbortSignal,
): Promise<DeliveryResult> {
  const message = await messageOf(row, context);
  if (typeof message === "string") return { completion: malformed(row, message) };
  if (row.recipients === null) await context.writeRecipients(row, message.envelope.to);
  const to = remaining(message.envelope.to, row);
  const input = { expiresAt: Number(row.expires_at), onUnknown: row.on_unknown };
  const before = { accepted: row.accepted, rejected: row.rejected, unknown: [], pending: to };
  const now = Date.now();
  if (now >= input.expiresAt || to.length === 0) {
    const decision = decide(before, { ...input, now, retryAfterMs: 0 });
    const error = to.length === 0 ? undefined : (row.last_error ?? "its time was over");
    return { completion: completionOf(row, decision, { error }) };
  }
  const envelope = { from: message.envelope.from, to };
  const delivery = await context.chain.send(message, {
    journal,
    signal,
    envelope,
    tenant: row.tenant || undefined,
    suppression: suppressionFor(row, to, context.suppression),
  });
  const after = Date.now();
  if (isUntried(delivery)) {
    // No provider was called, so none has refused.
    const chainClosed = !signal.aborted && after - now < atOnceMs;
    const retryAfterMs = chainClosed || signal.aborted ? 0 : backoffMs(row.deferrals, context.backoff);
    const decision = decide(before, { ...input, now: after, retryAfterMs });
    const error = storable(delivery.error);
    return { chainClosed, completion: completionOf(row, decision, { error, countsAsDeferral: true }) };
  }
  const retryAfterMs = retryAfter(row, delivery, context, { journal, signal });
  const decision = decide(statusAfter(row, to, delivery), { ...input, now: after, retryAfterMs });
  const completion = completionOf(row, decision, {
    ends: journal.unwritten(),
    entries: traceEntries(delivery.attempts, context.worker, lastNumber(row.delivery_trace)),
    ...deliveredBy(row, delivery),
    ...(delivery.success ? {} : { error: storable(delivery.error) }),
    possibleDuplicate:
      delivery.possibleDuplicate === true || row.doubtful.some((one) => delivery.accepted.includes(one)),
  });
  return { delivery, completion };
}

/** The list as it was when the message was claimed: the hand-over looks at it once more. */
function suppressionFor(
  { suppressed, recipients }: ClaimedMessage,
  to: readonly string[],
  option: SuppressionOptions | undefined,
): SuppressionOptions | undefined {
  if (option === undefined || suppressed === undefined || recipients === null) return option;
  // The claim looked up the addresses as the row has them. Another program may have written them in another spelling, and the
  // database may put letters outside of ASCII into lower case in another way than we do: then the list is asked itself.
  const asked = new Set(recipients);
  if (!to.every((one) => isAscii(one) && asked.has(one))) return option;
  if (suppressed === null) return undefined;
  return { list: { check: async (to, scope) => suppressedOf(suppressed, to, scope) } };
}

const isAscii = (text: string): boolean => /^[\x21-\x7e]*$/.test(text);

/** Limits are checked when a message is enqueued; what was accepted is sent. */
const noLimits = {
  maxRecipients: Number.POSITIVE_INFINITY,
  maxBytes: Number.POSITIVE_INFINITY,
  maxAttachments: Number.POSITIVE_INFINITY,
  strictNames: false,
};

/** The message of a row, or why somebody wrote one that no message can be made of. */
async function messageOf(
  row: ClaimedMessage,
  { database, defaultFrom }: DeliveryContext,
): Promise<Message | string> {
  try {
    const attachments = row.attachments === 0 ? [] : await readAttachments(database, row.id);
    return await createMessage(deserialize(row.content, attachments, row), {
      limits: noLimits,
      ...(defaultFrom === undefined ? {} : { defaultFrom }),
    });
  } catch (error) {
    if (error instanceof InvalidMessage) return storable(error.message);
    if (error instanceof TypeError || error instanceof RangeError)
      return "its content cannot be read as a message";
    // The database failed: that is no fault of the row.
    throw error;
  }
}

function isUntried(delivery: Delivery): delivery is Delivery & { success: false } {
  return !delivery.success && delivery.kind === "cancelled" && delivery.attempts.length === 0;
}

/** How long those who are pending wait, ms. A duration: a provider that names a time of day may have another clock. */
function retryAfter(
  row: ClaimedMessage,
  delivery: Delivery,
  { backoff }: DeliveryContext,
  { journal, signal }: { readonly journal: MessageJournal; readonly signal: AbortSignal },
): number {
  // Stopped by this worker: they go back at once. A provider that did not answer within the deadline was tried.
  if (signal.aborted && delivery.rejected.some(({ failure }) => failure.kind === "cancelled")) return 0;
  if (delivery.success) return 1;
  const usual = journal.failed() ? journalPauseMs : backoffMs(row.deferrals, backoff);
  return Math.max(1, delivery.retryAfterMs ?? usual);
}

/** The pause before a message is tried again, ms: twice as long each time, less up to a half at random. */
function backoffMs(deferrals: number, { baseMs, capMs }: WorkerSettings["backoff"]): number {
  return Math.min(capMs, baseMs * 2 ** Math.min(deferrals, 30)) * (0.5 + Math.random() / 2);
}

/** Recipients who still need the message: an earlier delivery may have reached some. */
function remaining(to: readonly string[], { accepted, rejected }: ClaimedMessage): readonly string[] {
  const settled = new Set([...accepted, ...rejected.map(({ address }) => address)]);
  return settled.size === 0 ? to : to.filter((address) => !settled.has(address));
}

/** The provider that really delivered: this time, or an earlier one. */
function deliveredBy(row: ClaimedMessage, delivery: Delivery): Pick<Completion, "provider" | "messageId"> {
  const receipt = delivery.success ? delivery : delivery.receipts[0];
  if (receipt !== undefined) return { provider: receipt.provider, messageId: storableId(receipt.messageId) };
  // Assumed sent: by the provider whose result is unknown.
  const unknown = delivery.failures.find(({ kind }) => kind === "unknown")?.provider;
  return { ...(unknown === undefined ? {} : { provider: unknown }), ...lastSuccess(row.delivery_trace) };
}

function completionOf(
  row: ClaimedMessage,
  decision: Completion["decision"],
  more: Partial<Completion>,
): Completion {
  const { id, claim } = row;
  return { id, claim, decision, ends: [], entries: [], ...lastSuccess(row.delivery_trace), ...more };
}

/** A row that no message can be made of. */
function malformed(row: ClaimedMessage, reason: string): Completion {
  const { accepted, rejected } = row;
  const status: RecipientStatus = {
    accepted,
    rejected,
    unknown: [],
    pending: remaining(row.recipients ?? [], row),
  };
  return completionOf(row, giveUp(status, "rejected", reason), { error: `the message is wrong: ${reason}` });
}
