import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type JournalLine, journalLines, type RowState } from "./bulk-journal.ts";

/** How a run stands, all its parts together. */
export interface BulkReport {
  readonly rows: number;
  readonly sent: number;
  /** Rows that reached some of their recipients. */
  readonly partial: number;
  /** Nobody knows whether these arrived: they are not sent again by themselves. */
  readonly unknown: number;
  /** Refused for good. */
  readonly failed: number;
  /** Failed for a while, or not begun: gone on with by the same command. */
  readonly left: number;
  readonly byProvider: Readonly<Record<string, number>>;
  /** The first of those that did not simply go well. */
  readonly troubles: readonly { readonly line: number; readonly state: string; readonly error: string }[];
  /** How many there are of those in all. */
  readonly inTrouble: number;
}

const mostTroubles = 20;
const killed = "the process was killed after the message had been handed over";
/** Handed over, and the process killed before the answer: nobody knows. */
const asEnd = (state: RowState): RowState => (state === "handed" ? "unknown" : state);

/** The last word of each row of a journal. */
async function lastWords(path: string): Promise<Map<string, JournalLine & { state: RowState }>> {
  const words = new Map<string, JournalLine & { state: RowState }>();
  for await (const { row, state, ...rest } of journalLines(path)) {
    if (row === undefined || state === undefined) continue;
    const to = rest.to ?? words.get(row)?.to;
    const error = state === "handed" ? killed : rest.error;
    words.set(row, {
      ...rest,
      state: asEnd(state),
      ...(to !== undefined && { to }),
      ...(error !== undefined && { error }),
    });
  }
  return words;
}

/**
 * Counts what a journal says of the rows that were asked for.
 * @param lastLine where the last of them begins
 */
export async function bulkReport(path: string, rows: number, lastLine: number): Promise<BulkReport> {
  const count = { sent: 0, partial: 0, unknown: 0, failed: 0 };
  const byProvider: Record<string, number> = {};
  let inTrouble = 0;
  const troubles: { line: number; state: string; error: string }[] = [];
  for (const { state, provider, line = 0, error } of (await lastWords(path)).values()) {
    if (line > lastLine) continue;
    if (state in count) count[state as keyof typeof count] += 1;
    if ((state === "sent" || state === "partial") && provider !== undefined) {
      byProvider[provider] = (byProvider[provider] ?? 0) + 1;
    }
    const quiet = state === "sent" || state === "open";
    if (quiet) continue;
    inTrouble += 1;
    if (troubles.length < mostTroubles) troubles.push({ line, state, error: error ?? "" });
  }
  const over = count.sent + count.partial + count.unknown + count.failed;
  return { rows, ...count, left: rows - over, byProvider, troubles, inTrouble };
}

const quoted = (value: string | number | undefined): string => {
  const text = String(value ?? "");
  // A spreadsheet would take these for a formula.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

function* lines(words: Iterable<JournalLine>): Generator<string> {
  yield "line,to,status,provider,messageId,error\r\n";
  for (const { line, to, state, provider, messageId, error } of words) {
    yield `${[line, to, state, provider, messageId, error].map(quoted).join(",")}\r\n`;
  }
}

/** Writes who got what by which provider, as CSV (RFC 4180). */
export async function writeReport(journal: string, path: string): Promise<void> {
  const words = await lastWords(journal);
  await pipeline(Readable.from(lines(words.values())), createWriteStream(path));
}
