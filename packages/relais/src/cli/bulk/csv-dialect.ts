import { columnKind } from "./column-names.ts";
import { recordAt } from "./csv-records.ts";

/** How a spreadsheet wrote a file. */
export interface CsvDialect {
  /** What stands between fields: a comma, a semicolon, a tab or a bar. */
  readonly delimiter: string;
  /** How many characters come before the first record, and how many lines: `sep=;` and empty lines. */
  readonly skip: number;
  readonly skippedLines: number;
}

const delimiters = [",", ";", "\t", "|"];
const separatorLine = /^"?sep=([,;\t|])"?[ \t,;|]*(?:\r\n|\r|\n|$)/i;
const emptyLine = /^[ \t,;|"]*(?:\r\n|\r|\n)/;

/** The dialect of a file, from its beginning: what `sep=` says, else what makes the most columns of the first line. */
export function csvDialect(head: string): CsvDialect {
  const told = separatorLine.exec(head);
  let skip = told?.[0].length ?? 0;
  let skippedLines = told === null ? 0 : 1;
  for (
    let empty = emptyLine.exec(head.slice(skip));
    empty !== null;
    empty = emptyLine.exec(head.slice(skip))
  ) {
    skip += empty[0].length;
    skippedLines += 1;
  }
  const first = head.slice(skip);
  const scores = delimiters.map((delimiter) => score(first, delimiter));
  const best = delimiters[scores.indexOf(Math.max(...scores))] ?? ",";
  return { delimiter: told?.[1] ?? best, skip, skippedLines };
}

/** A column that says to whom a row goes is worth more than any number of columns. */
function score(text: string, delimiter: string): number {
  try {
    const names = recordAt(text, 0, delimiter, true)?.fields ?? [];
    return names.length + (names.some((name) => columnKind(name) === "to") ? 1_000 : 0);
  } catch {
    return 0;
  }
}
