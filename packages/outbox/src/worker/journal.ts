import type { Journal, JournalEntry, Outcome } from "@relais/core";
import { suppressionFields } from "@relais/core/spi";
import type { Database } from "../database/database.ts";
import {
  type AttemptEnd,
  type AttemptKey,
  type AttemptMark,
  type AttemptStart,
  attemptEnd,
  endAttempts,
  writeAttempts,
} from "../store/attempts.ts";
import type { ClaimedMessage } from "../store/claims.ts";
import type { StoredContent } from "../store/enqueue.ts";
import { addressKey } from "../store/suppression.ts";
import { batch } from "./batching.ts";

/** Writes attempts, those of many messages together. */
export interface JournalWriter {
  /** Its row is written some ms later, or with the hand-over if that comes first: until then it did not arrive. */
  begin(start: AttemptStart): OpenAttempt;
  /** @returns whether it was written: it is not if the claim has been lost */
  end(end: AttemptEnd): Promise<boolean>;
}

interface OpenAttempt {
  /** Writes its row, if that has not been done. @returns as `end` */
  write(): Promise<boolean>;
  /** Resolves when its row says so, durably. @returns as `end` */
  handOver(): Promise<boolean>;
}

/** How long an attempt may be open without a row: less than it takes to connect, more than with an open connection. */
const openWithinMs = 250;

export function journalWriter(database: Database): JournalWriter {
  const options = { gapMs: 2 };
  const mark = batch((marks: readonly AttemptMark[]) => writeAttempts(database, marks), options);
  const end = batch((ends: readonly AttemptEnd[]) => endAttempts(database, ends), options);

  const begin = (start: AttemptStart): OpenAttempt => {
    let row: Promise<boolean> | undefined;
    const write = (phase: AttemptMark["phase"]): Promise<boolean> => {
      clearTimeout(timer);
      row ??= mark({ ...start, phase, opened: false });
      return row;
    };
    // Its failure is reported by the hand-over, or by the end.
    const timer = setTimeout(() => write("open").catch(() => undefined), openWithinMs);
    return {
      write: () => write("open"),
      async handOver() {
        if (row === undefined) return write("handed_over");
        return (await row) && mark({ ...start, phase: "handed_over", opened: true });
      },
    };
  };
  return { begin, end };
}

/** The result of an attempt; a late one came after the attempt had been given up. */
export interface AttemptResult extends AttemptKey {
  /** The chain's id of the attempt. */
  readonly attempt: string;
  readonly outcome: Outcome;
}

/** The journal of one claimed message, as the chain writes it. */
export interface MessageJournal extends Journal {
  /** Ends that have not been written yet: they are written with what becomes of the message, in one statement. */
  unwritten(): readonly AttemptEnd[];
  /** Writes them now: the claim has been lost. */
  flush(): Promise<void>;
  /** Whether a hand-over could not be written, so that nothing was handed over. */
  failed(): boolean;
}

/** What is checked once more with the hand-over: who was put on the suppression list since the message was claimed. */
function guardOf(content: StoredContent, recipients: readonly string[]): NonNullable<AttemptStart["guard"]> {
  const { stream, ignoreSuppression } = suppressionFields(content);
  return { addresses: recipients.map(addressKey), stream: stream ?? "", ignore: ignoreSuppression ?? [] };
}

/**
 * Writes each attempt when it begins, before the message is handed over, and after it failed. A success is written with
 * what becomes of the message, in one statement. Rejects the hand-over when the claim has been lost, or a recipient
 * was suppressed since: the chain then stops. The message of such a one is claimed again after a pause, and rejects it.
 */
export function messageJournal(
  { id: message, claim, seq: lastSeq, suppressed, content }: ClaimedMessage,
  worker: string,
  writer: JournalWriter,
  onLate: (result: AttemptResult) => void,
): MessageJournal {
  const attempts = new Map<string, { readonly key: AttemptKey; readonly open: OpenAttempt }>();
  let failed = false;
  let ended: AttemptResult[] = [];

  const attemptOf = ({ attempt }: JournalEntry) => attempts.get(attempt);
  const flush = async (): Promise<void> => {
    for (const end of ended) {
      const { outcome } = end;
      // Another worker, which took this one for lost, may have ended it: then this is a late result.
      const written = await writer.end(attemptEnd(end, outcome));
      if (!written && (outcome.success || outcome.kind !== "unknown")) onLate(end);
    }
    ended = [];
  };

  return {
    flush,
    failed: () => failed,
    unwritten: () => ended.map((end) => attemptEnd(end, end.outcome)),
    async open(entry) {
      // No two attempts of a message in flight: the end of the one before is written first.
      await flush();
      const { attempt, provider, recipients } = entry;
      const key = { message, seq: lastSeq + attempts.size + 1, claim };
      const guard = suppressed === undefined ? {} : { guard: guardOf(content, recipients) };
      attempts.set(attempt, { key, open: writer.begin({ ...key, worker, provider, recipients, ...guard }) });
    },
    async handOver(entry) {
      failed = true;
      if (!(await attemptOf(entry)?.open.handOver()))
        throw new Error("the claim of the message was lost, or a recipient was suppressed since");
      failed = false;
    },
    async close(entry, outcome) {
      const attempt = attemptOf(entry);
      // If it is unknown whether its row was written it is ended all the same: only the answer may have been lost.
      if (attempt === undefined || !(await attempt.open.write().catch(() => true))) return;
      ended.push({ ...attempt.key, attempt: entry.attempt, outcome });
      if (!outcome.success) await flush();
    },
    async late(entry, outcome) {
      const attempt = attemptOf(entry);
      if (attempt !== undefined) onLate({ ...attempt.key, attempt: entry.attempt, outcome });
    },
  };
}
