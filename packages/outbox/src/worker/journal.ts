import type { Journal, JournalEntry, Outcome } from "@relais/core";
import { type AttemptEnd, attemptEnd, type JournalWrites, type OpenAttempt } from "../store/attempts.ts";
import type { Claimed } from "../store/claims.ts";
import type { LateAnswer } from "./late-results.ts";

/** The journal of one claimed message. */
export interface AttemptJournal extends Journal {
  /** Ends that have not been written yet: they go with what becomes of the message, in one statement. */
  unwritten(): readonly AttemptEnd[];
  /** Writes them now: what becomes of the message is not ours to write any more. */
  flush(): Promise<void>;
  /** Whether a hand-over could not be written down, so that nothing was handed over. */
  failed(): boolean;
}

/** What the journal of one message is made with. */
export interface JournalSite {
  readonly worker: string;
  readonly writes: JournalWrites;
  /** The answer to an attempt came after it had been given up. */
  late(answer: LateAnswer): void;
}

/**
 * Writes each attempt down when it begins, before the message is handed over, and after it failed. A success is written
 * with what becomes of the message, in one statement. Rejects the hand-over when the claim has been lost: the chain
 * then stops.
 */
export function attemptJournal(row: Claimed, site: JournalSite): AttemptJournal {
  const { id: message, claim } = row;
  const { worker, writes } = site;
  const seqs = new Map<string, number>();
  const begun = new Map<string, OpenAttempt>();
  let last = row.seq;
  let failed = false;
  let unwritten: { readonly seq: number; readonly outcome: Outcome }[] = [];

  const endOf = (seq: number, outcome: Outcome): AttemptEnd => attemptEnd({ message, seq, claim }, outcome);
  const late = (seq: number, outcome: Outcome): void => site.late({ message, seq, claim, outcome });
  const flush = async (): Promise<void> => {
    for (const { seq, outcome } of unwritten) {
      // Ended by somebody else, who took this worker for lost: then this is a late answer.
      const written = await writes.close(endOf(seq, outcome));
      if (!written && (outcome.success || outcome.kind !== "unknown")) late(seq, outcome);
    }
    unwritten = [];
  };
  const seqOf = ({ attempt }: JournalEntry): number => seqs.get(attempt) as number;

  return {
    flush,
    failed: () => failed,
    unwritten: () => unwritten.map(({ seq, outcome }) => endOf(seq, outcome)),
    async open(entry) {
      // No two attempts of a message in flight: what is over is written down as over first.
      await flush();
      const { provider, recipients } = entry;
      last += 1;
      seqs.set(entry.attempt, last);
      begun.set(entry.attempt, writes.open({ message, seq: last, claim, worker, provider, recipients }));
    },
    async handOver(entry) {
      failed = true;
      if (!(await begun.get(entry.attempt)?.handOver())) throw lost();
      failed = false;
    },
    async close(entry, outcome) {
      const own = begun.get(entry.attempt);
      // If nobody knows whether its row was written it has to be closed all the same: the answer may have been lost.
      if (own === undefined || !(await own.written().catch(() => true))) return;
      unwritten.push({ seq: seqOf(entry), outcome });
      if (!outcome.success) await flush();
    },
    async late(entry, outcome) {
      if (seqs.has(entry.attempt)) late(seqOf(entry), outcome);
    },
  };
}

function lost(): Error {
  return new Error("the claim of the message was lost");
}
