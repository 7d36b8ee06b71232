import type { Chain, Delivery, Failure } from "@relais/core";
import type { BulkJournal, RowEnd, RowState } from "./bulk-journal.ts";
import { type BulkRow, type BulkSource, bulkRows } from "./check-rows.ts";

/** What a run does besides sending rows that nobody has been asked about. */
export interface BulkChoices {
  /** Rows under way at once. */
  readonly concurrency: number;
  /** Also those of which nobody knows whether they arrived. */
  readonly resendUnknown: boolean;
  /** Also those that were refused for good. */
  readonly retryFailed: boolean;
}

/** What a run tells as it goes. */
export interface BulkProgress {
  skipped(state: RowState, line: number): void;
  ended(end: RowEnd): void;
}

/** Failures that pass: the row is tried again when the run is gone on with. */
const passing: ReadonlySet<string> = new Set([
  "transient",
  "throttled",
  "deferred",
  "skipped",
  "cancelled",
  "misconfigured",
]);

/** Sends the rows of a source by a chain, each at most once, until they are over or `stop` says so. */
export async function runBulk(
  source: BulkSource,
  chain: Pick<Chain, "send">,
  journal: BulkJournal,
  choices: BulkChoices,
  progress: BulkProgress,
  signals: { readonly stop: AbortSignal; readonly abort: AbortSignal },
): Promise<void> {
  const wanted = (id: string): boolean => {
    const state = journal.stateOf(id);
    if (state === undefined || state === "open" || state === "later") return true;
    if (state === "failed") return choices.retryFailed;
    return (state === "handed" || state === "unknown") && choices.resendUnknown;
  };
  const under = new Set<Promise<void>>();
  const send = async ({ id, line, message }: BulkRow): Promise<void> => {
    const to = message.envelope.to.join(" ");
    const delivery = await chain.send(message, { journal: journal.of(id, line), signal: signals.abort });
    const end = { row: id, line, to, ...endOf(delivery) };
    await journal.end(end);
    progress.ended(end);
  };
  let failure: unknown;
  for await (const row of bulkRows(source, (id) => wanted(id) || tellSkipped(id, journal, progress))) {
    while (under.size >= choices.concurrency) await Promise.race(under);
    if (signals.stop.aborted || failure !== undefined) break;
    const done = send(row)
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => under.delete(done));
    under.add(done);
  }
  await Promise.all(under);
  if (failure !== undefined) throw failure;
}

function tellSkipped(id: string, journal: BulkJournal, progress: BulkProgress): false {
  const state = journal.stateOf(id);
  if (state !== undefined) progress.skipped(state, 0);
  return false;
}

/** Whether each who did not get it may on a later run. */
function mayPass(failures: readonly Failure[]): boolean {
  return failures.length > 0 && failures.every(({ kind }) => passing.has(kind));
}

type End = Pick<RowEnd, "state" | "provider" | "messageId" | "error">;

function endOf(delivery: Delivery): End {
  if (delivery.success) return { state: "sent", provider: delivery.provider, messageId: delivery.messageId };
  const { error, status } = delivery;
  if (status === "unknown") return { state: "unknown", error };
  const [receipt] = delivery.receipts;
  if (status === "partial")
    return { state: "partial", error, ...(receipt && { provider: receipt.provider }) };
  return { state: mayPass(delivery.rejected.map(({ failure }) => failure)) ? "later" : "failed", error };
}
