import { createMessage, InvalidMessage, type Message } from "@relais/core";
import {
  type BulkTemplate,
  bulkMessage,
  columnBehind,
  InvalidRow,
  rowId,
  templateHash,
} from "./bulk-template.ts";
import { type Row, readRows } from "./rows.ts";
import { InvalidFile } from "./text-chunks.ts";

/** What all rows have in common. */
export interface BulkSource {
  readonly path: string;
  readonly template: BulkTemplate;
  readonly defaultFrom?: string | undefined;
  /** Only the first so many rows. */
  readonly limit?: number | undefined;
}

/** A row with its message. */
export interface BulkRow {
  readonly id: string;
  readonly line: number;
  readonly message: Message;
}

const limits = { allowFiles: true };

/** The message of a row. @throws {InvalidRow | InvalidMessage} one sentence without the line */
export async function messageOf(
  { template, defaultFrom }: BulkSource,
  row: Row,
  id: string,
): Promise<Message> {
  try {
    return createMessage(bulkMessage(template, row, id), {
      limits,
      ...(defaultFrom === undefined ? {} : { defaultFrom }),
    });
  } catch (error) {
    if (!(error instanceof InvalidMessage)) throw error;
    const column = columnBehind(template, row, error.field);
    throw column === undefined ? error : new InvalidRow(`${error.message} (column ${column})`);
  }
}

/** The rows of a source, one after the other, with their messages. @throws {InvalidFile | InvalidRow | InvalidMessage} */
export async function* bulkRows(
  source: BulkSource,
  wanted: (id: string) => boolean,
): AsyncGenerator<BulkRow> {
  const template = templateHash(source.template);
  let n = 0;
  for await (const row of readRows(source.path)) {
    n += 1;
    if (source.limit !== undefined && n > source.limit) return;
    const id = rowId(row, template);
    if (wanted(id)) yield { id, line: row.line, message: await messageOf(source, row, id) };
  }
}

/** What is wrong with a file of rows, before anything is sent. */
export interface Checked {
  readonly rows: number;
  /** Where the last of them begins. */
  readonly lastLine: number;
  /** One sentence each, the first of them. */
  readonly faults: readonly string[];
  /** How many there are in all. */
  readonly wrong: number;
}

const mostFaults = 20;

/** Reads a whole file and makes the message of every row, without sending one. */
export async function checkRows(source: BulkSource): Promise<Checked> {
  const faults: string[] = [];
  let rows = 0;
  let lastLine = 0;
  let wrong = 0;
  const note = (sentence: string): void => {
    wrong += 1;
    if (faults.length < mostFaults) faults.push(sentence);
  };
  try {
    for await (const row of readRows(source.path)) {
      if (source.limit !== undefined && rows >= source.limit) break;
      rows += 1;
      lastLine = row.line;
      await messageOf(source, row, "bulk-check").catch((error: unknown) => {
        if (!(error instanceof InvalidRow || error instanceof InvalidMessage)) throw error;
        note(`${source.path}, line ${row.line}: ${error.message}.`);
      });
    }
  } catch (error) {
    if (!(error instanceof InvalidFile)) throw error;
    note(error.message);
  }
  return { rows, lastLine, faults, wrong };
}
