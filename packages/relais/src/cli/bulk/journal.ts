import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { type FileHandle, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Journal } from "@relais/core";
import { processLock } from "@relais/core/spi";

/**
 * The state of a row. `open`: certainly not delivered; `handed`: handed over, and no answer yet; `later`: failed for now, to
 * be tried again when the run is resumed.
 */
export type RowState = "open" | "handed" | "sent" | "partial" | "failed" | "later" | "unknown";

/** Whether a row is handed over or unknown: it may have arrived. */
export function mayHaveArrived(state: RowState | undefined): boolean {
  return state === "handed" || state === "unknown";
}

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

/** A file with every step of a bulk run, so that the run can be resumed. */
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
      const line: unknown = JSON.parse(text);
      yield (typeof line === "object" && line !== null ? line : {}) as JournalLine;
    } catch {
      // Torn: as good as not written.
    }
  }
}

/** The states of a journal's rows; `undefined` if it has not begun. @throws {InvalidJournal} it is of another run */
async function readStates(path: string, key: RunKey): Promise<Map<string, RowState> | undefined> {
  let states: Map<string, RowState> | undefined;
  for await (const line of journalLines(path)) {
    if (states !== undefined) {
      if (line.row !== undefined && line.state !== undefined) states.set(line.row, line.state);
      continue;
    }
    if (line.v !== 1) throw new InvalidJournal(`${path} is not the journal of a bulk run.`);
    if (line.file !== key.file || line.template !== key.template) {
      const what = line.file === key.file ? "another text, subject or recipient" : "another file of rows";
      throw new InvalidJournal(
        `${path} is of a run with ${what}; give --journal for a new run, or the same again to resume it.`,
      );
    }
    states = new Map();
  }
  return states;
}

/** The first line, also where one was torn before any row; never behind what is no journal. */
async function begin(path: string, file: FileHandle, first: string): Promise<void> {
  const { size } = await file.stat();
  if (size > 0) {
    const text = size < first.length ? await readFile(path, "utf8") : "";
    if (text === "" || !first.startsWith(text.slice(0, 8)) || text.includes("\n")) {
      throw new InvalidJournal(`${path} is not the journal of a bulk run.`);
    }
    await file.truncate(0);
  }
  await file.appendFile(`${first}\n`);
  await file.datasync();
  if (process.platform === "win32") return;
  // A power cut must not take the name of the file with it.
  const folder = await open(dirname(path));
  await folder.sync().finally(() => folder.close());
}

/** @throws {InvalidJournal} it is of another run, or cannot be written */
export async function openJournal(path: string, key: RunKey): Promise<BulkJournal> {
  const writeError = (error: unknown): InvalidJournal =>
    error instanceof InvalidJournal
      ? error
      : new InvalidJournal(
          `${path} cannot be written: ${(error as NodeJS.ErrnoException).code ?? "it failed"}.`,
        );
  try {
    const states = await readStates(path, key);
    const file = await open(path, "a");
    const append = appender(file, writeError);
    try {
      // A line of its own also where the last one was torn.
      if (states === undefined) await begin(path, file, JSON.stringify({ v: 1, ...key }));
      else await append("");
    } catch (error) {
      await file.close();
      throw error;
    }
    return journalOf(
      states ?? new Map(),
      (line) => append(JSON.stringify(line)),
      () => file.close(),
    );
  } catch (error) {
    throw writeError(error);
  }
}

function journalOf(
  states: Map<string, RowState>,
  write: (line: JournalLine) => Promise<void>,
  close: () => Promise<void>,
): BulkJournal {
  return {
    stateOf: (row) => states.get(row),
    of(row, line) {
      // What may have arrived stays so, whatever later attempts come to.
      let maybe = mayHaveArrived(states.get(row));
      return {
        async handOver({ provider, recipients }) {
          await write({ row, line, state: "handed", provider, to: recipients.join(" ") });
          states.set(row, "handed");
        },
        // Killed while it waits for a retry, the run knows that the message is not delivered.
        async close({ recipients }, outcome) {
          maybe ||= outcome.success || outcome.kind === "unknown";
          if (maybe || states.get(row) !== "handed") return;
          states.set(row, "open");
          await write({ row, line, state: "open", to: recipients.join(" ") });
        },
      };
    },
    async end(end) {
      states.set(end.row, end.state);
      await write(end);
    },
    close,
  };
}

/**
 * Appends lines, on the disk before it resolves; those that come at the same time go together. After one that could not
 * be written every later one is refused: it would stand behind half a line, and be lost.
 * @param toError makes what it rejects with
 */
export function appender(
  file: FileHandle,
  toError: (error: unknown) => Error,
): (line: string) => Promise<void> {
  let waiting: string[] = [];
  let next: Promise<void> | undefined;
  let current: Promise<void> = Promise.resolve();
  let broken: Error | undefined;
  return (line) => {
    waiting.push(`${line}\n`);
    next ??= current
      .catch(() => undefined)
      .then(async () => {
        const text = waiting.join("");
        waiting = [];
        current = next as Promise<void>;
        next = undefined;
        if (broken !== undefined) throw broken;
        try {
          await file.appendFile(text);
          await file.datasync();
        } catch (error) {
          broken = toError(error);
          throw broken;
        }
      });
    return next;
  };
}

/** Keeps a second process from the same journal. @throws {InvalidJournal} another process uses it, or it cannot be written */
export function lockJournal(path: string): () => void {
  let unlock: (() => void) | undefined;
  try {
    unlock = processLock(path);
  } catch {
    throw new InvalidJournal(`${path}.lock cannot be written: its folder must be there, and writable.`);
  }
  if (unlock === undefined) throw new InvalidJournal(`${path} is in use by another relais send --bulk.`);
  return unlock;
}
