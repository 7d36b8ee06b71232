import { createHash, hash } from "node:crypto";
import { createMessage, InvalidMessage, type Message, type MessageInput } from "@relais/core";
import { escapeHtml } from "../../status/html.ts";
import { headersFromLines, type MessageFlags, messageLimits } from "../message-input.ts";
import {
  ColumnFault,
  type ColumnKind,
  columnFor,
  columnNamed,
  type Fields,
  InvalidRow,
  missingColumn,
} from "./columns.ts";
import { InvalidFile, type Row, readRows } from "./rows.ts";

/** What each row is merged into: the flags of `relais send`. */
export type BulkTemplate = Omit<MessageFlags, "id">;

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

/** The rows of a source, one after the other, with their messages. @throws {InvalidFile | InvalidRow} */
export async function* bulkRows(
  source: BulkSource,
  isWanted: (id: string) => boolean,
): AsyncGenerator<BulkRow> {
  const template = templateHash(source.template);
  for await (const row of limitedRows(source)) {
    const id = rowId(row, template);
    if (isWanted(id)) yield { id, line: row.line, message: await rowMessage(source, row, id) };
  }
}

/** What is wrong with a file of rows, before anything is sent. */
export interface CheckedRows {
  readonly rows: number;
  /** Where the last of them begins. */
  readonly lastLine: number;
  /** One sentence each, the first of them. */
  readonly faults: readonly string[];
  readonly faultCount: number;
  /** Whether a row names no sender, and there is none for those. */
  readonly lacksSender: boolean;
}

const mostFaults = 20;

/** Reads a whole file and makes the message of every row, without sending one. */
export async function checkRows(source: BulkSource): Promise<CheckedRows> {
  const faults: string[] = [];
  let rows = 0;
  let lastLine = 0;
  let faultCount = 0;
  let lacksSender = false;
  const addFault = (sentence: string): void => {
    faultCount += 1;
    if (faults.length < mostFaults) faults.push(sentence);
  };
  /** Of each sentence its first line and how many rows have it. */
  const missing = new Map<string, { readonly line: number; count: number }>();
  try {
    for await (const row of limitedRows(source)) {
      rows += 1;
      lastLine = row.line;
      await rowMessage(source, row, "bulk-check").catch((error: unknown) => {
        if (!(error instanceof InvalidRow)) throw error;
        lacksSender ||= source.defaultFrom === undefined && error.message.startsWith("from: ");
        if (error instanceof ColumnFault) {
          const known = missing.get(error.message) ?? { line: row.line, count: 0 };
          known.count += 1;
          missing.set(error.message, known);
        } else addFault(`${source.path}, line ${row.line}: ${error.message}.`);
      });
    }
  } catch (error) {
    if (!(error instanceof InvalidFile)) throw error;
    addFault(error.message);
  }
  const once = [...missing].map(([sentence, { line, count }]) =>
    count === rows
      ? `${source.path}: ${sentence}.`
      : `${source.path}, line ${line}: ${sentence} (${count} rows in all).`,
  );
  return {
    rows,
    lastLine,
    faults: [...once, ...faults].slice(0, mostFaults),
    faultCount: faultCount + once.length,
    lacksSender,
  };
}

async function* limitedRows({ path, limit = Number.POSITIVE_INFINITY }: BulkSource): AsyncGenerator<Row> {
  let count = 0;
  for await (const row of readRows(path)) {
    count += 1;
    if (count > limit) return;
    yield row;
  }
}

/** Tells one template from another: a run is resumed with the same, or not at all. */
export function templateHash(template: BulkTemplate): string {
  return createHash("sha256").update(JSON.stringify(template)).digest("hex").slice(0, 32);
}

/** The same for the same row of the same run, whenever it is sent: a second copy is known as one. */
export function rowId({ line, fields }: Row, template: string): string {
  // In one go: an object for each of hundreds of thousands of hashes holds memory that the collector does not see.
  const digest = hash("sha256", JSON.stringify([template, line, Object.entries(fields)]), "buffer");
  return `bulk-${digest.toString("hex", 0, 16)}`;
}

/** The message of a row. @throws {InvalidRow} one sentence without the line */
export async function rowMessage(
  { template, defaultFrom }: BulkSource,
  row: Row,
  id: string,
): Promise<Message> {
  try {
    return await createMessage(rowInput(template, row, id), { limits: messageLimits, defaultFrom });
  } catch (error) {
    if (error instanceof ColumnFault) checkPlaceholders(template, row.fields);
    if (!(error instanceof InvalidMessage)) throw error;
    const column = sourceColumn(template, row.fields, error.field);
    throw new InvalidRow(column === undefined ? error.message : `${error.message} (column ${column})`);
  }
}

/** What the message of a row is made from. @throws {InvalidRow | InvalidMessage} one sentence that names the field */
export function rowInput(template: BulkTemplate, row: Row, id: string): MessageInput {
  const { fields } = row;
  const garbled = Object.entries(fields).find(([, value]) => value.includes("\uFFFD"));
  // Rather than thousands of mails to "Jos\uFFFD".
  if (garbled !== undefined)
    throw new InvalidRow(`${garbled[0]} is not written in UTF-8; spreadsheets save that as CSV UTF-8`);
  const fill = (text: string): string => merge(text, row);
  /** The template's text for a field, else the column for it. */
  const value = (kind: Exclude<ColumnKind, "to">, html = false): string | undefined => {
    const text = template[kind];
    if (text !== undefined) return merge(text, row, html);
    const column = columnFor(fields, kind);
    return column === undefined ? undefined : fields[column];
  };
  const toColumn = template.to === undefined ? columnFor(fields, "to") : undefined;
  const to = template.to?.map(fill) ?? (toColumn === undefined ? undefined : fields[toColumn]);
  if (to === undefined) throw missingColumn("there is neither --to nor a column to or email", fields);
  if (to === "") throw new InvalidRow(`the column ${toColumn} is empty`);
  const { from, cc, bcc, replyTo, header, attach } = template;
  const optional = {
    subject: value("subject"),
    text: value("text"),
    html: value("html", true),
    from: from && fill(from),
    replyTo: replyTo && fill(replyTo),
    cc: cc?.map(fill),
    bcc: bcc?.map(fill),
    headers: header && headersFromLines(header.map(fill)),
    attachments: attach?.map((path) => ({ path: fill(path) })),
  };
  const present = Object.entries(optional).filter(([, one]) => one !== undefined);
  return { id, to, ...Object.fromEntries(present) };
}

/** The column that a field of the message came from. */
function sourceColumn(template: BulkTemplate, fields: Fields, field: string): string | undefined {
  const kind = (["to", "subject", "text", "html"] as const).find(
    (one) => field === one || field.startsWith(`${one}[`),
  );
  return kind === undefined || template[kind] !== undefined ? undefined : columnFor(fields, kind);
}

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** @throws {ColumnFault} placeholders that name no column: all of them, since all are to be mended */
function checkPlaceholders(template: BulkTemplate, fields: Fields): void {
  const names = Object.values(template)
    .flat()
    .flatMap((text) => [...text.matchAll(placeholder)].map(([, name = ""]) => name));
  const unknown = [...new Set(names)].filter(
    (name) => name !== "" && columnNamed(fields, name) === undefined,
  );
  if (unknown.length > 1) throw missingColumn(`there are no columns ${unknown.join(", ")}`, fields);
}

/**
 * A template with its `{{field}}`s filled in.
 * @param html whether `& < > " '` in the fields are to be written as entities
 */
function merge(template: string, { fields, absent }: Row, html = false): string {
  return template.replaceAll(placeholder, (_, name: string) => {
    const column = columnNamed(fields, name);
    if (column === undefined)
      throw missingColumn(name === "" ? "{{}} names no column" : `there is no column ${name}`, fields, name);
    // Rather than thousands of mails to "Dear ,".
    if (absent?.includes(column))
      throw new InvalidRow(
        `it ends before the column ${column}, which {{${name}}} needs; a field that is empty on purpose has its separator`,
      );
    const value = fields[column] ?? "";
    return html ? escapeHtml(value) : value;
  });
}
