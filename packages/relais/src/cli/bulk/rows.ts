import { type FileHandle, open } from "node:fs/promises";
import { encodingOf } from "../../environment/setting-text.ts";
import type { Fields } from "./columns.ts";
import { CsvFault, type CsvRecord, csvDialect, csvRecords } from "./csv.ts";

/** The file is not what its name says. The message is one sentence with the line. */
export class InvalidFile extends Error {
  override readonly name = "InvalidFile";
}

export interface Row {
  /** Where it begins in the file, counted from 1. */
  readonly line: number;
  readonly fields: Fields;
  /** Columns that the row is too short for. Their fields are empty. */
  readonly absent?: readonly string[];
}

/**
 * The rows of a `.csv` (or `.tsv`, `.txt`) with a line of column names, as spreadsheets write them, or of a
 * `.jsonl`/`.ndjson` with an object a line, one after the other: the file is never in memory as a whole.
 * @throws {InvalidFile} one sentence with the line
 */
export function readRows(path: string): AsyncIterable<Row> {
  if (/\.(csv|tsv|tab|txt)$/i.test(path)) return csvRows(path);
  if (/\.(jsonl|ndjson)$/i.test(path)) return jsonRows(path);
  throw new InvalidFile(
    `${path} must be a .csv, .tsv, .txt or .jsonl file; a spreadsheet can be saved as CSV.`,
  );
}

/** Enough for the names of the columns, from which the dialect is detected. */
const headCharacters = 65_536;

async function* csvRows(path: string): AsyncGenerator<Row> {
  const chunks = textChunks(path);
  let head = "";
  while (head.length < headCharacters) {
    const { value, done } = await chunks.next();
    if (done) break;
    head += value;
  }
  const { delimiter, skip, skippedLines } = csvDialect(head);
  const pieces = (async function* () {
    yield head.slice(skip);
    yield* chunks;
  })();
  let columns: readonly string[] | undefined;
  try {
    for await (const record of csvRecords(pieces, delimiter, 1 + skippedLines)) {
      if (columns === undefined) columns = columnNames(path, record);
      else yield rowOf(path, columns, record);
    }
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error;
    const column = columns?.[error.field];
    const where = column ? `, column ${column}` : "";
    throw new InvalidFile(`${path}, line ${error.line}${where}: it ${error.message}.`);
  }
}

/** Two columns must not have the same name; one without a name is left out. */
function columnNames(path: string, { line, fields }: CsvRecord): readonly string[] {
  const names = fields.map((name) => name.trim());
  const twice = names.find((name, i) => name !== "" && names.indexOf(name) < i);
  const fault = (sentence: string): InvalidFile => new InvalidFile(`${path}, line ${line}: ${sentence}.`);
  if (twice !== undefined) throw fault(`the column ${twice} is there twice`);
  if (names.some((name) => /^[^\s@{}]+@[^\s@{}]+$/.test(name)))
    throw fault("it has an address where the names of the columns must stand");
  return names;
}

/** A row as long as the names: spreadsheets leave empty fields at the end away, or write more of them. */
function rowOf(path: string, names: readonly string[], { line, fields }: CsvRecord): Row {
  if (fields.slice(names.length).some((field) => field !== "")) {
    const count = `${fields.length} fields, and there are ${names.length} columns`;
    throw new InvalidFile(`${path}, line ${line}: it has ${count}.`);
  }
  const named = names.flatMap((name, i) => (name === "" ? [] : [[name, fields[i] ?? ""] as const]));
  return { line, fields: Object.fromEntries(named), absent: names.slice(fields.length) };
}

async function* jsonRows(path: string): AsyncGenerator<Row> {
  let line = 0;
  for await (const text of textLines(path)) {
    line += 1;
    if (text.trim() !== "") yield { line, fields: jsonFields(path, line, text) };
  }
}

function jsonFields(path: string, line: number, text: string): Fields {
  const refuse = (fault: string): never => {
    throw new InvalidFile(`${path}, line ${line}: ${fault}.`);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse("it is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return refuse("it is not an object");
  const fields = Object.entries(value).map(([name, field]) => {
    if (typeof field === "object" && field !== null)
      refuse(`${name} must be a text, a number, true, false or null`);
    return [name, String(field ?? "")];
  });
  return Object.fromEntries(fields) as Fields;
}

/**
 * A file's text, piece by piece: UTF-8, or UTF-16 where a byte order mark says so, as Excel's "Unicode text" has one.
 * What is not of the encoding becomes U+FFFD.
 * @throws {InvalidFile} it cannot be read
 */
async function* textChunks(path: string): AsyncGenerator<string> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    let decoder: InstanceType<typeof TextDecoder> | undefined;
    for await (const bytes of file.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
      decoder ??= new TextDecoder(encodingOf(bytes));
      yield decoder.decode(bytes, { stream: true });
    }
    const last = decoder?.decode();
    if (last) yield last;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new InvalidFile(`${path} cannot be read: ${code}.`);
  } finally {
    await file?.close();
  }
}

/** The lines of a file, without their ends. */
async function* textLines(path: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of textChunks(path)) {
    const lines = (rest + chunk).split(/\r\n|\n/);
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
