import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { csvRecords } from "../../../src/cli/bulk/csv.ts";
import { rowInput } from "../../../src/cli/bulk/row-messages.ts";
import { type Row, readRows } from "../../../src/cli/bulk/rows.ts";

const folder = mkdtempSync(join(tmpdir(), "relais-sheets-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
function file(content: string | Buffer, end = "csv"): string {
  files += 1;
  const path = join(folder, `sheet-${files}.${end}`);
  writeFileSync(path, content);
  return path;
}
async function rowsOf(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of readRows(path)) rows.push(row);
  return rows;
}

const addressColumn = fc.constantFrom(
  ..."email,Email,EMAIL,E-mail,e-mail,E-Mail,E-mail address,Email Address,email_address,mail,Mail,EmailAddress,To,to,Recipient,E-Mail-Adresse,Adresse e-mail,Correo electrónico,Email 1".split(
    ",",
  ),
);
const otherColumns = fc.uniqueArray(
  fc.constantFrom("Name", "first name", "Straße", "Betrag", "n", "注文", "Date;Zeit"),
  {
    maxLength: 4,
  },
);
// What a cell may hold: separators, quotes and line breaks too.
const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."abcé漢1 ,;\t|\"'\n="), maxLength: 10 }),
  fc.constantFrom("", "Smith, Ann", "1.234,56 €", 'the "second"', "two\nlines"),
);

interface Sheet {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of source) found.push(one);
  return found;
}

const sheet: fc.Arbitrary<Sheet> = fc
  .tuple(addressColumn, otherColumns, fc.nat(9))
  .chain(([address, others, at]) => {
    const columns: readonly string[] = (others as readonly string[]).toSpliced(
      at % (others.length + 1),
      0,
      address,
    );
    const row = fc.array(cell, { minLength: columns.length, maxLength: columns.length });
    const rows = fc.array(row, { minLength: 1, maxLength: 6 });
    return rows.map((cells) => ({
      columns,
      rows: cells.map((one, i) => one.with(columns.indexOf(address), `ann${i}@example.net`)),
    }));
  });

/** How a spreadsheet, or somebody's hand, writes a sheet. */
const manner = fc.record({
  delimiter: fc.constantFrom(",", ";", "\t", "|"),
  told: fc.constantFrom("", "sep=", "SEP=", '"sep='),
  end: fc.constantFrom("\n", "\r\n", "\r"),
  encoding: fc.constantFrom("utf8", "utf8 with a mark", "utf16le", "utf16be"),
  quoteAll: fc.boolean(),
  blankBefore: fc.constantFrom("", "", " ", "  "),
  /** Empty fields at the end of a row: left away, as they are, or more than there are columns. */
  tail: fc.constantFrom("short", "even", "long"),
  emptyRows: fc.constantFrom("none", "blank", "separators"),
  lastEnd: fc.boolean(),
});
type Manner = typeof manner extends fc.Arbitrary<infer T> ? T : never;

/** The sheet as a file, and on which line each of its rows begins. */
function written(sheet: Sheet, how: Manner): { readonly bytes: Buffer; readonly lines: readonly number[] } {
  const { delimiter, end, told } = how;
  const field = (text: string): string => {
    const needed = /[,;\t|"'\n=]|^\s|\s$/.test(text) || how.quoteAll;
    return needed ? `"${text.replaceAll('"', '""').replaceAll("\n", end)}"` : text;
  };
  const record = (fields: readonly string[]): string => {
    const kept =
      how.tail === "short" ? fields.slice(0, fields.findLastIndex((one) => one !== "") + 1) : fields;
    const more = how.tail === "long" ? ["", ""] : [];
    return [...kept, ...more]
      .map((one, i) => (i === 0 ? "" : how.blankBefore.repeat(delimiter === "\t" ? 0 : 1)) + field(one))
      .join(delimiter);
  };
  const empty = how.emptyRows === "separators" ? delimiter.repeat(sheet.columns.length - 1) : "";
  const between = how.emptyRows === "none" ? [] : [empty];
  const list: string[] = [];
  if (told !== "") list.push(`${told}${delimiter}${told.startsWith('"') ? '"' : ""}`);
  list.push(...between, record(sheet.columns));
  const lines: number[] = [];
  const count = () => list.join(end).split(end).length + 1;
  for (const row of sheet.rows) {
    list.push(...between);
    lines.push(count());
    list.push(record(row));
  }
  list.push(...between);
  const text = list.join(end) + (how.lastEnd ? end : "");
  const marked = `\uFEFF${text}`;
  const bytes = {
    utf8: Buffer.from(text),
    "utf8 with a mark": Buffer.from(marked),
    utf16le: Buffer.from(marked, "utf16le"),
    utf16be: Buffer.from(marked, "utf16le").swap16(),
  }[how.encoding];
  return { bytes: bytes ?? Buffer.alloc(0), lines };
}

describe("a sheet as spreadsheets write it", () => {
  test("comes back cell by cell, row by row, line by line", async () => {
    await fc.assert(
      fc.asyncProperty(sheet, manner, fc.constantFrom("csv", "tsv", "txt", "CSV"), async (one, how, name) => {
        const { bytes, lines } = written(one, how);
        const rows = await rowsOf(file(bytes, name));
        const end = how.end;
        expect(rows.map(({ absent, ...row }) => ({ ...row, absent: absent?.length }))).toEqual(
          one.rows.map((cells, i) => ({
            line: lines[i],
            absent: how.tail === "short" ? cells.length - 1 - cells.findLastIndex((cell) => cell !== "") : 0,
            fields: Object.fromEntries(
              one.columns.map((column, j) => {
                const text = cells[j] ?? "";
                const quoted = /[,;\t|"'\n=]|^\s|\s$/.test(text) || how.quoteAll;
                return [column, quoted ? text.replaceAll("\n", end) : text];
              }),
            ),
          })),
        );
        for (const [i, row] of rows.entries())
          expect(rowInput({ from: "a@example.org", text: "t" }, row, "id")).toMatchObject({
            to: `ann${i}@example.net`,
          });
      }),
      { numRuns: 600 },
    );
  });

  test("comes in pieces of any size", async () => {
    const pieces = async function* (text: string, size: number): AsyncGenerator<string> {
      for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
    };
    await fc.assert(
      fc.asyncProperty(sheet, manner, fc.integer({ min: 1, max: 9 }), async (one, how, size) => {
        const plain = { ...how, encoding: "utf8" as const, told: "" as const };
        const text = written(one, plain).bytes.toString();
        const whole = await all(csvRecords(pieces(text, text.length + 1), how.delimiter, 1));
        expect(await all(csvRecords(pieces(text, size), how.delimiter, 1))).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });

  test("finds {{Name}} by {{name}}, and {{First Name}} by {{first_name}}, if only one can be meant", () => {
    const row = (fields: Record<string, string>): Row => ({ line: 2, fields });
    const subject = "{{name}} {{first_name}}";
    const one = row({ Email: "ann@example.net", Name: "Smith", "First Name": "Ann" });
    expect(rowInput({ subject }, one, "id")).toMatchObject({
      to: "ann@example.net",
      subject: "Smith Ann",
    });
    const two = row({ email: "ann@example.net", Name: "Smith", NAME: "SMITH", first_name: "Ann" });
    expect(() => rowInput({ subject }, two, "id")).toThrow("there is no column name");
    const exact = row({ email: "ann@example.net", name: "a", Name: "b", first_name: "c" });
    expect(rowInput({ subject }, exact, "id")).toMatchObject({ subject: "a c" });
  });
});

describe("what cannot be read is named by line and column", () => {
  test.each([
    ['email,name\na@b.example,"A\n', "line 2, column name: it opens a quote that is never closed."],
    ['email;name\r\na@b.example;"A"x\r\n', "line 2, column name: it has something behind a closing quote."],
    [
      'email,name\n"a@b.example\n\n",A\n"c"x,B\n',
      "line 5, column email: it has something behind a closing quote.",
    ],
    ["email;name\na@b.example;A;B\n", "line 2: it has 3 fields, and there are 2 columns."],
    ["email,name\na@b.example,A\nb@b.example,B,,,C\n", "line 3: it has 5 fields, and there are 2 columns."],
    ["sep=;\nemail;name;name\n", "line 2: the column name is there twice."],
    ["ann@example.net;Ann\n", "line 1: it has an address where the names of the columns must stand."],
  ])("%j", async (text, sentence) => {
    const path = file(text);
    await expect(rowsOf(path)).rejects.toThrow(`${path}, ${sentence}`);
  });

  test("a quote in the middle of a field is a character, as it is for spreadsheets", async () => {
    const [row] = await rowsOf(file('email,size\na@b.example,5" pipe\n'));
    expect(row?.fields).toEqual({ email: "a@b.example", size: '5" pipe' });
  });

  test("JSON lines in UTF-16, with a mark, and with the columns of a spreadsheet", async () => {
    const text = '\uFEFF{"E-Mail":"ann@example.net","n":1}\r\n\r\n{"E-Mail":"bob@example.net"}';
    for (const bytes of [
      Buffer.from(text),
      Buffer.from(text, "utf16le"),
      Buffer.from(text, "utf16le").swap16(),
    ]) {
      const rows = await rowsOf(file(bytes, "jsonl"));
      expect(rows.map(({ line }) => line)).toEqual([1, 3]);
      const sent = rows.map((row) => rowInput({ text: "t" }, row, "id").to);
      expect(sent).toEqual(["ann@example.net", "bob@example.net"]);
    }
  });
});
