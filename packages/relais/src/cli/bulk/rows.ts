import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { type CsvError, type Info, parse } from "csv-parse";

/** The fields of a row, by the names of its columns. */
export type Fields = Readonly<Record<string, string>>;

export interface Row {
  /** Where it begins in the file, counted from 1. */
  readonly line: number;
  readonly fields: Fields;
}

/** The file is not what its name says. The message is one sentence with the line. */
export class InvalidFile extends Error {
  override readonly name = "InvalidFile";
}

/**
 * The rows of a `.csv` with a line of column names (RFC 4180), or of a `.jsonl`/`.ndjson` with an object a line, one
 * after the other: the file is never in memory as a whole.
 * @throws {InvalidFile} one sentence with the line
 */
export function readRows(path: string): AsyncIterable<Row> {
  if (/\.csv$/i.test(path)) return csvRows(path);
  if (/\.(jsonl|ndjson)$/i.test(path)) return jsonRows(path);
  throw new InvalidFile(`${path} must be a .csv or a .jsonl file.`);
}

async function opened(path: string): Promise<FileHandle> {
  return open(path).catch((error: NodeJS.ErrnoException) => {
    throw new InvalidFile(`${path} cannot be read: ${error.code}.`);
  });
}

async function* csvRows(path: string): AsyncGenerator<Row> {
  const file = await opened(path);
  const columns = (names: string[]): (string | false)[] => columnNames(path, names);
  const parser = parse({ bom: true, columns, info: true, skip_empty_lines: true });
  pipeline(file.createReadStream(), parser, () => undefined);
  let line = 2;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: Record<string, string>;
      info: Info;
    }>) {
      yield { line, fields: record };
      line = info.lines + 1;
    }
  } catch (error) {
    if (error instanceof InvalidFile) throw error;
    throw new InvalidFile(csvFault(path, error));
  }
}

/** Without a name a column is of no use; with the same name as another, nobody knows which is meant. */
function columnNames(path: string, written: readonly string[]): (string | false)[] {
  const names = written.map((name) => name.trim());
  const twice = names.find((name, i) => name !== "" && names.indexOf(name) < i);
  if (twice !== undefined) throw new InvalidFile(`${path}, line 1: the column ${twice} is there twice.`);
  return names.map((name) => name !== "" && name);
}

const csvFaults: Readonly<Record<string, string>> = {
  CSV_RECORD_INCONSISTENT_COLUMNS: "has not as many fields as there are columns",
  CSV_QUOTE_NOT_CLOSED: "opens a quote that is never closed",
  CSV_INVALID_CLOSING_QUOTE: "has something behind a closing quote",
  INVALID_OPENING_QUOTE: "has a quote in the middle of a field",
};

function csvFault(path: string, error: unknown): string {
  const { code = "", lines } = error as Partial<CsvError> & { readonly lines?: number };
  if (!code.startsWith("CSV_") && !(code in csvFaults)) return `${path} cannot be read: ${code}.`;
  const fault = csvFaults[code] ?? "is not CSV (RFC 4180)";
  return lines === undefined ? `${path} ${fault}.` : `${path}, line ${lines}: it ${fault}.`;
}

async function* jsonRows(path: string): AsyncGenerator<Row> {
  const file = await opened(path);
  let line = 0;
  for await (const whole of file.readLines()) {
    line += 1;
    const text = line === 1 ? whole.replace(/^\uFEFF/, "") : whole;
    if (text.trim() !== "") yield { line, fields: jsonFields(path, line, text) };
  }
}

function jsonFields(path: string, line: number, text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidFile(`${path}, line ${line}: it is not JSON.`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidFile(`${path}, line ${line}: it is not an object.`);
  }
  const fields = Object.entries(value).map(([name, field]) => {
    if (typeof field === "object" && field !== null) {
      throw new InvalidFile(`${path}, line ${line}: ${name} must be a text, a number, true, false or null.`);
    }
    return [name, field === null ? "" : String(field)];
  });
  return Object.fromEntries(fields) as Fields;
}
