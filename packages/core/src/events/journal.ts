import type { Outcome } from "../failure/outcome.ts";

/** What a journal is told about the attempt it is to write down. */
export interface JournalEntry {
  /** Unique for this attempt, within the process. */
  readonly attempt: string;
  readonly messageId: string;
  readonly provider: string;
  /** 1 for the first attempt of the delivery. */
  readonly n: number;
  /** Ms since 1970. */
  readonly at: number;
  readonly recipients: readonly string[];
}

/**
 * Steps that a caller has awaited, so that after a crash it is known where each attempt stood. Unlike an observer,
 * a journal can say no: if `open` rejects the attempt is not made, if `handOver` rejects the message is not handed
 * over; the delivery then ends `cancelled`, since the journal could not write down the next one either.
 */
export interface Journal {
  open?(entry: JournalEntry): Promise<void>;
  handOver?(entry: JournalEntry): Promise<void>;
  /** The attempt is over. If this rejects the outcome stands all the same; an event tells of it. */
  close?(entry: JournalEntry, outcome: Outcome): Promise<void>;
  /**
   * The provider answered after the attempt had been given up and closed: what was `unknown` may be known now. Not
   * awaited; a rejection is ignored.
   */
  late?(entry: JournalEntry, outcome: Outcome): Promise<void>;
}

/** Whether a value could be a journal: an object whose steps, where it has them, are functions. */
export function isJournal(value: unknown): value is Journal {
  if (typeof value !== "object" || value === null) return false;
  const { open, handOver, close, late } = value as Record<string, unknown>;
  return [open, handOver, close, late].every((step) => step === undefined || typeof step === "function");
}
