import { once } from "node:events";
import { createWriteStream } from "node:fs";
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
}

const mostTroubles = 20;
/** Handed over, and the process killed before the answer: nobody knows. */
const asEnd = (state: RowState): RowState => (state === "handed" ? "unknown" : state);

/** The last word of each row of a journal. */
async function lastWords(path: string): Promise<Map<string, JournalLine & { state: RowState }>> {
  const words = new Map<string, JournalLine & { state: RowState }>();
  for await (const { row, state, ...rest } of journalLines(path)) {
    if (row === undefined || state === undefined) continue;
    words.set(row, { ...words.get(row), ...rest, state: asEnd(state) });
  }
  return words;
}

/** Counts what a journal says. */
export async function bulkReport(path: string, rows: number): Promise<BulkReport> {
  const count = { sent: 0, partial: 0, unknown: 0, failed: 0 };
  const byProvider: Record<string, number> = {};
  const troubles: { line: number; state: string; error: string }[] = [];
  for (const { state, provider, line = 0, error } of (await lastWords(path)).values()) {
    if (state in count) count[state as keyof typeof count] += 1;
    if ((state === "sent" || state === "partial") && provider !== undefined) {
      byProvider[provider] = (byProvider[provider] ?? 0) + 1;
    }
    const quiet = state === "sent" || state === "open";
    const why = error ?? "the process was killed after the message had been handed over";
    if (!quiet && troubles.length < mostTroubles) troubles.push({ line, state, error: why });
  }
  const over = count.sent + count.partial + count.unknown + count.failed;
  return { rows, ...count, left: rows - over, byProvider, troubles };
}

const quoted = (value: string | number | undefined): string => {
  const text = String(value ?? "");
  // A spreadsheet would take these for a formula.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** Writes who got what by which provider, as CSV (RFC 4180). */
export async function writeReport(journal: string, path: string): Promise<void> {
  const out = createWriteStream(path);
  out.write("line,to,status,provider,messageId,error\r\n");
  for (const { line, to, state, provider, messageId, error } of (await lastWords(journal)).values()) {
    out.write(`${[line, to, state, provider, messageId, error].map(quoted).join(",")}\r\n`);
  }
  out.end();
  await once(out, "finish");
}
