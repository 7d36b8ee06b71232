import { columnKind } from "./columns.ts";

/** A record of a CSV file: its fields, and where it is. */
export interface CsvRecord {
  /** Where it begins, counted from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** What is wrong with a CSV file, and where. */
export class CsvFault extends Error {
  override readonly name = "CsvFault";
  readonly line: number;
  /** Which field of its record, counted from 0. */
  readonly field: number;
  constructor(line: number, field: number, fault: string) {
    super(fault);
    this.line = line;
    this.field = field;
  }
}

/** How a spreadsheet wrote a file. */
interface CsvDialect {
  /** A comma, a semicolon, a tab or a bar. */
  readonly delimiter: string;
  /** Characters and lines before the first record: `sep=;` and empty lines. */
  readonly skip: number;
  readonly skippedLines: number;
}

const delimiters = [",", ";", "\t", "|"];
const separatorLine = /^"?sep=([,;\t|])"?[ \t,;|]*(?:\r\n|\r|\n|$)/i;
const emptyLine = /^[ \t,;|"]*(?:\r\n|\r|\n)/;

/** The dialect of a file, from its beginning: what `sep=` says, else what makes the most columns of the first line. */
export function csvDialect(head: string): CsvDialect {
  const separator = separatorLine.exec(head);
  let skip = separator?.[0].length ?? 0;
  let skippedLines = separator === null ? 0 : 1;
  for (;;) {
    const empty = emptyLine.exec(head.slice(skip));
    if (empty === null) break;
    skip += empty[0].length;
    skippedLines += 1;
  }
  const first = head.slice(skip);
  const scores = delimiters.map((delimiter) => score(first, delimiter));
  const best = delimiters[scores.indexOf(Math.max(...scores))] ?? ",";
  return { delimiter: separator?.[1] ?? best, skip, skippedLines };
}

/** A column for the recipient counts more than any number of columns. */
function score(text: string, delimiter: string): number {
  try {
    const names = recordAt(text, 0, delimiter, true)?.fields ?? [];
    return names.length + (names.some((name) => columnKind(name) === "to") ? 1_000 : 0);
  } catch {
    return 0;
  }
}

/**
 * The records of a CSV text that comes in pieces. Those with nothing in any field are left out.
 * @param firstLine the line that the text begins with
 * @throws {CsvFault}
 */
export async function* csvRecords(
  pieces: AsyncIterable<string>,
  delimiter: string,
  firstLine: number,
): AsyncGenerator<CsvRecord> {
  let rest = "";
  let line = firstLine;
  const parse = function* (whole: boolean): Generator<CsvRecord> {
    let at = 0;
    while (at < rest.length) {
      const found = recordAt(rest, at, delimiter, whole, line);
      if (found === undefined) break;
      if (found.fields.some((field) => field !== "")) yield { line, fields: found.fields };
      line += linesIn(rest.slice(at, found.end));
      at = found.end;
    }
    rest = rest.slice(at);
    if (rest.length > mostCharacters)
      throw new CsvFault(line, 0, "is far too long, or opens a quote that is never closed");
  };
  for await (const piece of pieces) {
    rest += piece;
    yield* parse(false);
  }
  yield* parse(true);
}

/** A record is in memory as a whole, and is read again when more of it has come: a quote never closed ends here. */
const mostCharacters = 8_388_608;

const lineEnd = /\r\n|\r|\n/g;
const linesIn = (text: string): number => text.match(lineEnd)?.length ?? 0;

const isBlank = (sign: string | undefined, delimiter: string): boolean =>
  sign !== delimiter && (sign === " " || sign === "\t" || sign === "\u00A0");

/** What `recordAt` found: the record, and where the next one begins. */
interface Found {
  readonly fields: string[];
  readonly end: number;
}

/**
 * The record that begins at `from` (RFC 4180, and what spreadsheets make of it: blanks around a quoted field and around
 * any other are left out, a quote within a field that does not begin with one is a character).
 * @param whole whether nothing follows `text`; otherwise a record that goes on behind it is `undefined`
 * @param line where the record begins, for what is wrong with it
 */
function recordAt(
  text: string,
  from: number,
  delimiter: string,
  whole: boolean,
  line = 1,
): Found | undefined {
  const stop = new RegExp(delimiter === "|" ? "[|\\r\\n]" : `[${delimiter}\\r\\n]`, "g");
  const fields: string[] = [];
  const fault = (what: string, at: number): CsvFault =>
    new CsvFault(line + linesIn(text.slice(from, at)), fields.length, what);
  let at = from;
  for (;;) {
    let begin = at;
    while (isBlank(text[begin], delimiter)) begin += 1;
    if (text[begin] === '"') {
      let value = "";
      let inner = begin + 1;
      for (;;) {
        const quote = text.indexOf('"', inner);
        if (quote === -1 && !whole) return undefined;
        if (quote === -1) throw fault("opens a quote that is never closed", begin);
        if (quote + 1 === text.length && !whole) return undefined;
        value += text.slice(inner, quote);
        inner = quote + 1;
        if (text[inner] !== '"') break;
        value += '"';
        inner += 1;
      }
      while (isBlank(text[inner], delimiter)) inner += 1;
      at = inner;
      if (at < text.length && text[at] !== delimiter && text[at] !== "\r" && text[at] !== "\n") {
        throw fault("has something behind a closing quote", at);
      }
      fields.push(value);
    } else {
      stop.lastIndex = at;
      const next = stop.exec(text)?.index;
      if (next === undefined && !whole) return undefined;
      fields.push(text.slice(at, next ?? text.length).trim());
      at = next ?? text.length;
    }
    const sign = text[at];
    if (sign === delimiter) at += 1;
    else if (sign === undefined) return whole ? { fields, end: at } : undefined;
    else if (sign === "\r") {
      if (at + 1 === text.length && !whole) return undefined;
      return { fields, end: at + (text[at + 1] === "\n" ? 2 : 1) };
    } else return { fields, end: at + 1 };
  }
}

/** A record that is written, as a spreadsheet may open it. */
export const csvLine = (fields: readonly (string | number | undefined)[]): string =>
  fields.map(quoted).join(",");

const quoted = (value: string | number | undefined): string => {
  const text = String(value ?? "");
  // A spreadsheet would take these for a formula.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
