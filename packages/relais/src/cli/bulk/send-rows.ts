import type { Chain, Delivery } from "@relais/core";
import type { BulkSignals } from "../signals.ts";
import { type BulkJournal, mayHaveArrived, type RowEnd } from "./journal.ts";
import type { ProgressBar } from "./progress-bar.ts";
import { type BulkRow, type BulkSource, bulkRows } from "./row-messages.ts";

/** What a run does besides sending rows that have not been tried. */
export interface BulkOptions {
  /** Rows under way at once. */
  readonly concurrency: number;
  /** Also those that may or may not have arrived. */
  readonly resendUnknown: boolean;
  /** Also those that were refused permanently. */
  readonly retryFailed: boolean;
}

/** Sends the rows of a source by a chain, each at most once, until they are over or a signal stops the run. */
export async function sendRows(
  source: BulkSource,
  chain: Pick<Chain, "send">,
  journal: BulkJournal,
  { concurrency, resendUnknown, retryFailed }: BulkOptions,
  progress: Pick<ProgressBar, "skip" | "advance">,
  { stop, abort }: Pick<BulkSignals, "stop" | "abort">,
): Promise<void> {
  const isWanted = (id: string): boolean => {
    const state = journal.stateOf(id);
    if (state === undefined) return true;
    const wanted =
      state === "open" ||
      state === "later" ||
      (state === "failed" && retryFailed) ||
      (mayHaveArrived(state) && resendUnknown);
    if (!wanted) progress.skip(state);
    return wanted;
  };
  const send = async ({ id, line, message }: BulkRow): Promise<void> => {
    const to = message.envelope.to.join(" ");
    const mayBeThere = mayHaveArrived(journal.stateOf(id));
    const delivery = await chain.send(message, { journal: journal.of(id, line), signal: abort });
    const end = { row: id, line, to, ...resultOf(delivery, mayBeThere) };
    await journal.end(end);
    progress.advance(end.state);
  };
  const underWay = new Set<Promise<void>>();
  const errors: unknown[] = [];
  try {
    for await (const row of bulkRows(source, isWanted)) {
      while (underWay.size >= concurrency) await Promise.race(underWay);
      if (stop.aborted || errors.length > 0) break;
      const sending = send(row)
        .catch((error: unknown) => void errors.push(error))
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
  } catch (error) {
    // The file was changed while it was read: what is under way is finished all the same.
    errors.push(error);
  }
  await Promise.all(underWay);
  if (errors.length > 0) throw errors[0];
}

/** Failures that pass: the row is tried again when the run is resumed. */
const passing: readonly string[] = "transient throttled deferred skipped cancelled misconfigured".split(" ");

/** @param mayBeThere whether an earlier attempt may have arrived: then a failure of this one does not rule that out */
function resultOf(
  delivery: Delivery,
  mayBeThere: boolean,
): Pick<RowEnd, "state" | "provider" | "messageId" | "error"> {
  if (delivery.success) return { state: "sent", provider: delivery.provider, messageId: delivery.messageId };
  const { error, status, receipts, failures, rejected } = delivery;
  const provider = (receipts[0] ?? failures.at(-1))?.provider;
  const rest = { error, ...(provider !== undefined && { provider }) };
  if (status !== "failed") return { state: status, ...rest };
  if (mayBeThere) return { state: "unknown", ...rest };
  const passes = rejected.length > 0 && rejected.every(({ failure }) => passing.includes(failure.kind));
  return { state: passes ? "later" : "failed", ...rest };
}
