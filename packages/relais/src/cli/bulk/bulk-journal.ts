import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Journal } from "@relais/core";

/** How a row stands. `open`: surely nobody has it; `handed`: handed over, and nothing heard yet. */
export type RowState = "open" | "handed" | "sent" | "partial" | "failed" | "later" | "unknown";

/** The end of a row, as a line of the journal. */
export interface RowEnd {
  readonly row: string;
  readonly line: number;
  readonly state: Exclude<RowState, "open" | "handed">;
  readonly to: string;
  readonly provider?: string;
  readonly messageId?: string;
  readonly error?: string;
}

/** The journal cannot be used for this run. The message is one sentence. */
export class InvalidJournal extends Error {
  override readonly name = "InvalidJournal";
}

/** What a run is: another template or another file is another run. */
export interface RunKey {
  readonly template: string;
  readonly file: string;
}

/** A file in which every step of a bulk run stands, so that the run can be gone on with. */
export interface BulkJournal {
  stateOf(row: string): RowState | undefined;
  /** Steps of one row, for the chain. */
  of(row: string, line: number): Journal;
  end(end: RowEnd): Promise<void>;
  close(): Promise<void>;
}

/** The content of a file, in one word. */
export async function fileHash(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest("hex").slice(0, 32);
}

/** A line as it is read: whatever a process wrote before it was killed. */
export interface JournalLine extends Partial<RunKey>, Partial<Omit<RowEnd, "state">> {
  readonly v?: 1;
  readonly state?: RowState;
}

/** Lines of a journal that are whole: the last may have been torn when the process was killed. */
export async function* journalLines(path: string): AsyncGenerator<JournalLine> {
  if (!existsSync(path)) return;
  for await (const text of createInterface({ input: createReadStream(path, "utf8") })) {
    try {
      yield JSON.parse(text) as JournalLine;
    } catch {
      // Torn: what it was to say is as good as not written.
    }
  }
}

/** @throws {InvalidJournal} it is of another run */
export async function openJournal(path: string, key: RunKey): Promise<BulkJournal> {
  const states = new Map<string, RowState>();
  let begun = false;
  for await (const line of journalLines(path)) {
    if (!begun) {
      if (line.v !== 1) throw new InvalidJournal(`${path} is not the journal of a bulk run.`);
      if (line.file !== key.file || line.template !== key.template) {
        const what = line.file === key.file ? "another text, subject or recipient" : "another file of rows";
        throw new InvalidJournal(
          `${path} is of a run with ${what}; give --journal for a new run, or the same again to go on with it.`,
        );
      }
      begun = true;
    } else if (line.row !== undefined && line.state !== undefined) states.set(line.row, line.state);
  }
  const file = await open(path, "a");
  const write = appender(file);
  // A line of its own also where the last one was torn.
  await write(begun ? "" : JSON.stringify({ v: 1, ...key }));
  return {
    stateOf: (row) => states.get(row),
    of: (row, line) => ({
      handOver: async ({ provider, recipients }) => {
        await write(JSON.stringify({ row, line, state: "handed", provider, to: recipients.join(" ") }));
        states.set(row, "handed");
      },
      // Killed while it waits to try again, the run knows that nobody has it.
      close: async (_, outcome) => {
        if (outcome.success || outcome.kind === "unknown" || states.get(row) !== "handed") return;
        states.set(row, "open");
        await write(JSON.stringify({ row, line, state: "open" }));
      },
    }),
    async end(end) {
      states.set(end.row, end.state);
      await write(JSON.stringify(end));
    },
    close: () => file.close(),
  };
}

/** Appends lines, on the disk before it resolves; those that come at the same time go together. */
function appender(file: FileHandle): (line: string) => Promise<void> {
  let waiting: string[] = [];
  let next: Promise<void> | undefined;
  let current: Promise<void> = Promise.resolve();
  return (line) => {
    waiting.push(`${line}\n`);
    next ??= current
      .catch(() => undefined)
      .then(async () => {
        const text = waiting.join("");
        waiting = [];
        current = next as Promise<void>;
        next = undefined;
        await file.appendFile(text);
        await file.datasync();
      });
    return next;
  };
}
