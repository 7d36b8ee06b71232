import type { Chain, Delivery, Failure } from "@relais/core";
import { type BulkJournal, isOpenQuestion, type RowEnd, type RowState } from "./bulk-journal.ts";
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
  skip(state: RowState): void;
  advance(state: RowState): void;
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
    return isOpenQuestion(state) && choices.resendUnknown;
  };
  const under = new Set<Promise<void>>();
  const send = async ({ id, line, message }: BulkRow): Promise<void> => {
    const to = message.envelope.to.join(" ");
    const asked = isOpenQuestion(journal.stateOf(id));
    const delivery = await chain.send(message, { journal: journal.of(id, line), signal: signals.abort });
    const end = { row: id, line, to, ...endOf(delivery, asked) };
    await journal.end(end);
    progress.advance(end.state);
  };
  const faults: unknown[] = [];
  try {
    for await (const row of bulkRows(source, (id) => wanted(id) || tellSkipped(id, journal, progress))) {
      while (under.size >= choices.concurrency) await Promise.race(under);
      if (signals.stop.aborted || faults.length > 0) break;
      const done = send(row)
        .catch((error: unknown) => void faults.push(error))
        .finally(() => under.delete(done));
      under.add(done);
    }
  } catch (error) {
    // The file was changed while it was read: what is under way is finished all the same.
    faults.push(error);
  }
  await Promise.all(under);
  if (faults.length > 0) throw faults[0];
}

function tellSkipped(id: string, journal: BulkJournal, progress: BulkProgress): false {
  const state = journal.stateOf(id);
  if (state !== undefined) progress.skip(state);
  return false;
}

/** Whether each who did not get it may on a later run. */
function mayPass(failures: readonly Failure[]): boolean {
  return failures.length > 0 && failures.every(({ kind }) => passing.has(kind));
}

type End = Pick<RowEnd, "state" | "provider" | "messageId" | "error">;

/** @param asked whether an earlier attempt may have arrived: then no failure of this one says that nobody has it */
function endOf(delivery: Delivery, asked: boolean): End {
  if (delivery.success) return { state: "sent", provider: delivery.provider, messageId: delivery.messageId };
  const { error, status, receipts, failures, rejected } = delivery;
  const provider = (receipts[0] ?? failures.at(-1))?.provider;
  const rest = { error, ...(provider !== undefined && { provider }) };
  if (status !== "failed") return { state: status, ...rest };
  if (asked) return { state: "unknown", ...rest };
  return { state: mayPass(rejected.map(({ failure }) => failure)) ? "later" : "failed", ...rest };
}
