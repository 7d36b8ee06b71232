import { open } from "node:fs/promises";
import { csvLine } from "./csv.ts";
import { type JournalLine, journalLines, type RowState } from "./journal.ts";

/** The result of a run, all its parts together. */
export interface BulkReport {
  readonly rows: number;
  readonly sent: number;
  /** Rows that reached some of their recipients. */
  readonly partial: number;
  /** Nobody knows whether these arrived: they are not sent again automatically. */
  readonly unknown: number;
  /** Refused permanently. */
  readonly failed: number;
  /** Failed for now, or not begun: the same command sends them. */
  readonly left: number;
  readonly byProvider: Readonly<Record<string, number>>;
  /** The first of those that are neither sent nor open. */
  readonly troubles: readonly { readonly line: number; readonly state: string; readonly error: string }[];
  /** How many of those there are in all. */
  readonly inTrouble: number;
}

const mostTroubles = 20;
const killed = "the process was killed after the message had been handed over";

/**
 * The last line of each row of a journal, in the order they were written. Read twice, so that of hundreds of thousands of
 * rows only their numbers are in memory.
 */
async function* lastLines(path: string): AsyncGenerator<JournalLine & { state: RowState }> {
  const last = new Map<number, number>();
  let index = 0;
  for await (const { line, state } of journalLines(path)) {
    index += 1;
    if (line !== undefined && state !== undefined) last.set(line, index);
  }
  index = 0;
  for await (const entry of journalLines(path)) {
    index += 1;
    const { line, state } = entry;
    if (line === undefined || state === undefined || last.get(line) !== index) continue;
    yield state === "handed" ? { ...entry, state: "unknown", error: killed } : { ...entry, state };
  }
}

/**
 * Counts the states of a run's rows.
 * @param lastLine where the last of them begins
 * @param each is given the last line of every row of the journal
 */
export async function bulkReport(
  path: string,
  rows: number,
  lastLine: number,
  each: (last: JournalLine) => Promise<void> = async () => undefined,
): Promise<BulkReport> {
  const count = { sent: 0, partial: 0, unknown: 0, failed: 0 };
  const byProvider: Record<string, number> = {};
  let inTrouble = 0;
  const troubles: { line: number; state: string; error: string }[] = [];
  for await (const last of lastLines(path)) {
    await each(last);
    const { state, provider, line = 0, error } = last;
    if (line > lastLine) continue;
    if (state in count) count[state as keyof typeof count] += 1;
    if ((state === "sent" || state === "partial") && provider !== undefined) {
      byProvider[provider] = (byProvider[provider] ?? 0) + 1;
    }
    if (state === "sent" || state === "open") continue;
    inTrouble += 1;
    if (troubles.length < mostTroubles) troubles.push({ line, state, error: error ?? "" });
  }
  const over = count.sent + count.partial + count.unknown + count.failed;
  return { rows, ...count, left: rows - over, byProvider, troubles, inTrouble };
}

/** Who got what by which provider, as CSV (RFC 4180). */
export interface ReportFile {
  add(last: JournalLine): Promise<void>;
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
      text += `${csvLine([line, to, state, provider, messageId, error])}\r\n`;
      if (text.length > partCharacters) await flush();
    },
    close: () => flush().finally(() => file.close()),
  };
}
