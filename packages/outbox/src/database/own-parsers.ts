/** How a column's text becomes a value. */
type Parse = (text: string) => unknown;

/** `2026-11-30 12:00:25.123456+00`, and `infinity`. */
function time(text: string): Date | number {
  if (text === "infinity") return Number.POSITIVE_INFINITY;
  if (text === "-infinity") return Number.NEGATIVE_INFINITY;
  return new Date(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"));
}

/** Bytes as `\x…`, or, where a server is set so, with `\ooo` for what is not printable. */
function bytes(text: string): Buffer {
  if (text.startsWith("\\x")) return Buffer.from(text.slice(2), "hex");
  const plain = text.replace(/\\(\\|[0-7]{3})/g, (_, one: string) =>
    one === "\\" ? one : String.fromCharCode(Number.parseInt(one, 8)),
  );
  return Buffer.from(plain, "latin1");
}

const element = /"((?:[^"\\]|\\.)*)"|([^",{}]+)/gs;

/** A list of one dimension: `{a,"b c",NULL}`. */
function list(of: Parse): Parse {
  return (text) =>
    [...text.matchAll(element)].map(([, quoted, plain]) => {
      if (quoted !== undefined) return of(quoted.replace(/\\(.)/gs, "$1"));
      return plain === "NULL" ? null : of(plain as string);
    });
}

const text: Parse = (value) => value;
const json: Parse = (value) => JSON.parse(value);

/** By the number of a type in PostgreSQL's catalogue. What is not here stays text, as `pg` has it. */
const parsers: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [16, (value) => value === "t"],
  [17, bytes],
  [21, Number],
  [23, Number],
  [26, Number],
  [114, json],
  [700, Number],
  [701, Number],
  [1005, list(Number)],
  [1007, list(Number)],
  [1009, list(text)],
  [1015, list(text)],
  [1114, time],
  [1184, time],
  [1185, list(time)],
  [2951, list(text)],
  [3802, json],
  [3807, list(json)],
]);

/**
 * How answers are read, whatever the application has told `pg.types.setTypeParser`: that holds for a whole process, and
 * what is written here would not be what is read.
 */
export const ownParsers: { getTypeParser(type: number): Parse } = Object.freeze({
  getTypeParser: (type: number) => parsers.get(type) ?? text,
});
