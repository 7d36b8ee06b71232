import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as option from "../src/provider/option.ts";
import { optionMessage } from "../src/provider/option-issues.ts";

const key = option.map(option.secret, (value) => Buffer.from(value));
const fields = {
  host: option.required(option.text),
  port: option.whole(1, 65_535),
  most: option.whole(1, Number.POSITIVE_INFINITY),
  tls: option.record({ key: option.required(key), strict: option.flag }),
  keys: option.list(option.record({ key: option.required(key) })),
  mode: option.oneOf("fast", "safe"),
  pool: option.either([option.flag, option.record({ size: option.whole(1, 9) })], (value) => {
    if (typeof value === "boolean") return option.flag;
    return typeof value === "object" ? option.record({ size: option.whole(1, 9) }) : undefined;
  }),
  name: option.shaped(/^[a-z]+$/, "a name"),
  token: option.matching(/^t_/, "a token"),
  tags: option.object<Record<string, string>>(),
  give: option.callable<() => string>(),
  id: option.id,
  proxy: option.proxy,
};
interface Options extends option.RequiredOptions<typeof fields>, option.OptionalOptions<typeof fields> {}

const record: option.Field<Options, option.Checked<typeof fields>> = option.record(fields);
const check = (value: unknown) => option.check("pigeon", record, value);

test("options are read as their fields read them; null and undefined are left out", () => {
  const options: Options = {
    host: "h",
    port: undefined,
    tls: { key: "k" },
    keys: [{ key: "a" }],
    pool: true,
  };
  const checked = check({ ...options, mode: null });
  expect(checked).toEqual({
    host: "h",
    tls: { key: Buffer.from("k") },
    keys: [{ key: Buffer.from("a") }],
    pool: true,
  });
  // The types say the same.
  const read: Buffer | undefined = checked.tls?.key;
  expect(read).toBeInstanceOf(Buffer);
  // @ts-expect-error host is missing
  expect(() => check({} satisfies Options)).toThrow("pigeon: host is missing");
});

const hush = "hush-hush\n";
test.each<[unknown, string, typeof TypeError | typeof RangeError]>([
  [5, "options must be an object, got a number", TypeError],
  [{ hots: "h" }, '"hots" is not an option; did you mean host?', TypeError],
  [{ host: "h", tls: { kye: 1, key: "k" } }, '"kye" is not an option of tls; did you mean key?', TypeError],
  [{ host: "" }, "host must not be empty", RangeError],
  [{ host: "a\nb" }, "host must not contain control characters", RangeError],
  [{ host: "h", port: 0 }, "port must be a whole number from 1 to 65535, got 0", RangeError],
  [{ host: "h", port: "5" }, "port must be a whole number from 1 to 65535, got a string", TypeError],
  [{ host: "h", most: 0 }, "most must be a whole number of at least 1, got 0", RangeError],
  [{ host: "h", tls: {} }, "tls.key is missing", TypeError],
  [{ host: "h", tls: { key: 1 } }, "tls.key must be a string, got a number", TypeError],
  [{ host: "h", keys: [{ key: "k" }, { key: "" }] }, "keys[1].key must not be empty", RangeError],
  [
    { host: "h", keys: [{ key: "k" }, { kay: "" }] },
    '"kay" is not an option of keys[1]; did you mean key?',
    TypeError,
  ],
  [{ host: "h", keys: {} }, "keys must be a list, got an object", TypeError],
  [{ host: "h", mode: hush }, 'mode must be "fast" or "safe"', RangeError],
  [{ host: "h", pool: 5 }, "pool must be true or false or an object, got a number", TypeError],
  [{ host: "h", pool: { size: 0 } }, "pool.size must be a whole number from 1 to 9, got 0", RangeError],
  [{ host: "h", name: "A" }, 'name must be a name, got "A"', RangeError],
  [{ host: "h", token: hush }, "token must be a token", RangeError],
  [{ host: "h", give: 1 }, "give must be a function, got a number", TypeError],
  [{ host: "h", id: 7 }, "id must be 1 to 64 letters, digits, ., _ or -", TypeError],
  [{ host: "h", proxy: `socks5://u:${hush}@h` }, "proxy must be an http: or https: URL", TypeError],
])("%j: %s", (value, sentence, type) => {
  let thrown: unknown;
  try {
    check(value);
  } catch (error) {
    thrown = error;
  }
  expect((thrown as Error).message).toBe(`pigeon: ${sentence}`);
  expect((thrown as Error).constructor).toBe(type);
});

const anything = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    true,
    "",
    "h",
    "fast",
    "t_1",
    0,
    1,
    1.5,
    9,
    70_000,
    Number.NaN,
    hush,
  ),
  fc.constantFrom<unknown>(
    [],
    {},
    () => "x",
    { key: "k" },
    { key: null },
    { size: 3 },
    [{ key: "k" }],
    [null],
  ),
  fc.anything(),
);
// All are right; or one is arbitrary, so that it decides; or several are.
const names = [...Object.keys(fields), "other"];
const right = {
  port: fc.integer({ min: 1, max: 65_535 }),
  most: fc.integer({ min: 1 }),
  tls: fc.record({ key: fc.constant("k"), strict: fc.boolean() }),
  keys: fc.array(fc.record({ key: fc.constant("k") })),
  mode: fc.constantFrom("fast", "safe", null),
  pool: fc.oneof(fc.boolean(), fc.record({ size: fc.integer({ min: 1, max: 9 }) })),
};
const anyOptions = fc.oneof(
  fc.record({ host: fc.constant("h"), ...right }, { requiredKeys: ["host"] }),
  fc.tuple(fc.constantFrom(...names), anything).map(([name, value]) => ({ host: "h", [name]: value })),
  fc.record(Object.fromEntries(names.map((name) => [name, anything])), { requiredKeys: [] }),
);

test("code and a file refuse the same, and a file is told all of it, the first thing first", async () => {
  const { validate } = option.forPlugin<Options>(record, () => undefined).options["~standard"];
  const seen = { taken: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(anyOptions, async (value) => {
      const before = structuredCloneable(value);
      const result = await validate(value);
      if (result.issues === undefined) {
        seen.taken += 1;
        expect(() => check(value)).not.toThrow();
        // What a file gives is what was written, but for what is null: only an object of any names shows the difference.
        expect({ ...check(result.value), tags: 0 }).toEqual({ ...check(value), tags: 0 });
      } else {
        seen.refused += 1;
        const [first] = result.issues;
        expect(() => check(value)).toThrow(first?.message.replace(/ is not an option.*$/s, ""));
        for (const { message, path } of result.issues) {
          expect(message).not.toContain("\n");
          expect(path?.every((key) => typeof key !== "object")).toBe(true);
        }
      }
      expect(structuredCloneable(value)).toBe(before);
    }),
    { numRuns: 1_000 },
  );
  expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(50);
});

/** What shows that a value was not written to. */
const structuredCloneable = (value: object): string =>
  Object.entries(value)
    .map(([name, one]) => `${name}:${typeof one}:${Object.keys(Object(one)).length}`)
    .join();

test("a schema for editors, without what a file cannot hold", () => {
  const { jsonSchema } = option.forPlugin<Options>(record, () => undefined);
  const schema = jsonSchema() as { properties: Record<string, unknown> };
  expect(schema).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    required: ["host"],
    additionalProperties: false,
  });
  expect(Object.keys(schema.properties)).toEqual(Object.keys(fields).filter((name) => name !== "give"));
  expect(schema.properties.port).toEqual({ type: "integer", minimum: 1, maximum: 65_535 });
  expect(schema.properties.pool).toMatchObject({ anyOf: [{ type: "boolean" }, { type: "object" }] });
});

describe("what only the options together can get wrong", () => {
  const look = ({ host }: Options): void => {
    if (host === "port") throw new RangeError("pigeon: tls.port must be one");
    if (host === "whole") throw new TypeError("!");
  };
  const { validate } = option.forPlugin<Options>(record, look).options["~standard"];

  test.each([
    ["fine", { value: { host: "fine" } }],
    ["port", { issues: [{ message: "must be one", path: ["tls", "port"] }] }],
    ["whole", { issues: [{ message: "!", path: [] }] }],
  ])("%s", async (host, result) => {
    expect(await validate({ host, port: null })).toEqual(result);
  });
});

test.each([
  [{ code: "invalid_type", expected: "number", input: "hunter2" }, "must be a number, got a string"],
  [{ code: "invalid_type", expected: "string" }, "is missing"],
  [{ code: "invalid_type", expected: "int", input: 1.5 }, "must be a whole number, got a number"],
  [{ code: "invalid_type", expected: "object", input: null }, "must be an object, got null"],
  [{ code: "invalid_value", values: ["stop", "failover"] }, 'must be "stop" or "failover"'],
  [{ code: "too_small", minimum: 1, origin: "number" }, "must be at least 1"],
  [{ code: "too_big", maximum: 3, origin: "string" }, "must have at most 3 characters"],
  [
    { code: "unrecognized_keys", keys: ["prot"], inst: { _zod: { def: { shape: { port: 1 } } } } },
    '"prot" is not an option; did you mean port?',
  ],
  [{ code: "custom" }, undefined],
])("%o is said as %j", (issue, sentence) => {
  expect(optionMessage(issue)).toBe(sentence);
});
