import { open } from "node:fs/promises";
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

/**
 * The last word of each row of a journal, in the order they were written. Read twice, so that of hundreds of thousands of
 * rows only their numbers are in memory.
 */
async function* lastWords(path: string): AsyncGenerator<JournalLine & { state: RowState }> {
  const last = new Map<number, number>();
  let n = 0;
  for await (const { line, state } of journalLines(path)) {
    n += 1;
    if (line !== undefined && state !== undefined) last.set(line, n);
  }
  n = 0;
  for await (const { state, ...rest } of journalLines(path)) {
    n += 1;
    if (rest.line === undefined || state === undefined || last.get(rest.line) !== n) continue;
    const error = state === "handed" ? killed : rest.error;
    yield { ...rest, state: asEnd(state), ...(error !== undefined && { error }) };
  }
}

/**
 * Counts what a journal says of the rows that were asked for.
 * @param lastLine where the last of them begins
 * @param each is given the last word of every row of the journal
 */
export async function bulkReport(
  path: string,
  rows: number,
  lastLine: number,
  each: (word: JournalLine) => Promise<void> = async () => undefined,
): Promise<BulkReport> {
  const count = { sent: 0, partial: 0, unknown: 0, failed: 0 };
  const byProvider: Record<string, number> = {};
  let inTrouble = 0;
  const troubles: { line: number; state: string; error: string }[] = [];
  for await (const word of lastWords(path)) {
    await each(word);
    const { state, provider, line = 0, error } = word;
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

/** A file that says who got what by which provider, as CSV (RFC 4180). */
export interface ReportFile {
  add(word: JournalLine): Promise<void>;
  close(): Promise<void>;
}

const partCharacters = 64_000;

/** Begins a report. Rejects, as `add` and `close` do, if the file cannot be written. */
export async function reportFile(path: string): Promise<ReportFile> {
  const file = await open(path, "w");
  let text = "line,to,status,provider,messageId,error\r\n";
  const flush = async (): Promise<void> => {
    const part = text;
    text = "";
    await file.appendFile(part);
  };
  return {
    async add({ line, to, state, provider, messageId, error }) {
      text += `${[line, to, state, provider, messageId, error].map(quoted).join(",")}\r\n`;
      if (text.length > partCharacters) await flush();
    },
    close: () => flush().finally(() => file.close()),
  };
}
