/** How a column's text becomes a value. */
type Parse = (text: string) => unknown;

/** `2026-11-30 12:00:25.123456+00`, and `infinity`. */
function time(text: string): Date | number {
  if (text === "infinity") return Number.POSITIVE_INFINITY;
  if (text === "-infinity") return Number.NEGATIVE_INFINITY;
  // UTC, as most servers are set: each message has some.
  if (text.endsWith("+00")) return new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
  return new Date(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"));
}

/** Bytes as `\x…`, or with `\ooo` for what is not printable, as `bytea_output` is set. */
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
  return (text) => {
    if (text === "{}") return [];
    return [...text.matchAll(element)].map(([, quoted, plain]) => {
      if (quoted !== undefined) return of(quoted.replace(/\\(.)/gs, "$1"));
      return plain === "NULL" ? null : of(plain as string);
    });
  };
}

const text: Parse = (value) => value;
const json: Parse = (value) => JSON.parse(value);

const flag: Parse = (value) => value === "t";
/** Midnight of a day, local time. */
const day: Parse = (value) => new Date(`${value}T00:00:00`);

/** By a type's number in PostgreSQL's catalogue, and that of its arrays. All others stay text. */
const types: readonly (readonly [type: number, lists: number, parse: Parse])[] = [
  [16, 1000, flag],
  [17, 1001, bytes],
  [20, 1016, text],
  [21, 1005, Number],
  [23, 1007, Number],
  [25, 1009, text],
  [26, 1028, Number],
  [114, 199, json],
  [700, 1021, Number],
  [701, 1022, Number],
  [1043, 1015, text],
  [1082, 1182, day],
  [1114, 1115, time],
  [1184, 1185, time],
  [1700, 1231, text],
  [2950, 2951, text],
  [3802, 3807, json],
];

const parsers: ReadonlyMap<number, Parse> = new Map(
  types.flatMap(([type, lists, parse]): [number, Parse][] => [
    [type, parse],
    [lists, list(parse)],
  ]),
);

/**
 * How columns are read. `pg.types.setTypeParser` of the application holds for the whole process and would change what
 * is read here.
 */
export const textParsers: { getTypeParser(type: number): Parse } = Object.freeze({
  getTypeParser: (type: number) => parsers.get(type) ?? text,
});
