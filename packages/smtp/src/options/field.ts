import { didYouMean } from "@relais/core/spi";
import type { ZodObject, ZodType } from "zod";

/** zod is passed in: it is loaded where a file is read, and not by `smtp()`. */
export type Zod = typeof import("zod").z;

/** What one option must be: one definition for options in code, configuration files and JSON Schema. */
export interface Field<Value = unknown> {
  /**
   * The value, checked. It is echoed only where it cannot be a secret.
   * @throws {TypeError | RangeError} one sentence that names the field and the fault
   */
  readonly check: (field: string, value: unknown) => Value;
  /** The same for a file; absent where a file cannot hold it. `check` follows, and sees what a schema cannot. */
  readonly schema?: ((zod: Zod) => ZodType) | undefined;
  /** What is wrong where it is absent; it may be absent unless this is given. */
  readonly missing?: string | undefined;
}

type Required = { readonly missing: string };
type ValueOf<One> = One extends Field<infer Value> ? Value : never;

/** The fields that are there, checked. */
type Checked<Fields> = {
  readonly [Name in keyof Fields as Fields[Name] extends Required ? Name : never]: ValueOf<Fields[Name]>;
} & {
  readonly [Name in keyof Fields as Fields[Name] extends Required ? never : Name]?: ValueOf<Fields[Name]>;
};

export interface RecordField<Fields> extends Field<Checked<Fields>> {
  readonly schema: (zod: Zod) => ZodObject;
}

/** A field that a file can hold. */
export interface TextField extends Field<string> {
  readonly schema: (zod: Zod) => ZodType;
}

export const fault = (field: string, text: string): TypeError => new TypeError(`smtp: ${field} ${text}`);

export const required = <Value>(field: Field<Value>, missing = "is missing"): Field<Value> & Required => ({
  ...field,
  missing,
});

/** An object with no names but these. */
export function record<const Fields extends Readonly<Record<string, Field>>>(
  fields: Fields,
): RecordField<Fields> {
  const names = Object.keys(fields);
  return {
    check: (field, value) => {
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        throw fault(field, `must be an object, got ${typeName(value)}`);
      }
      const [place, prefix] = field === "options" ? ["", ""] : [` of ${field}`, `${field}.`];
      for (const name of Object.keys(value)) {
        if (names.includes(name)) continue;
        const nearest = didYouMean(name, names);
        const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
        throw new TypeError(`smtp: ${JSON.stringify(name.slice(0, 60))} is not an option${place}${hint}`);
      }
      const checked: Record<string, unknown> = {};
      for (const [name, { check, missing }] of Object.entries(fields)) {
        const one = (value as Record<string, unknown>)[name];
        if (one !== undefined && one !== null) checked[name] = check(prefix + name, one);
        else if (missing !== undefined) throw fault(prefix + name, missing);
      }
      return checked as Checked<Fields>;
    },
    schema: (zod) =>
      zod.strictObject(
        Object.fromEntries(
          Object.entries(fields).flatMap(([name, { schema, missing }]) => {
            if (schema === undefined) return [];
            return [[name, missing === undefined ? schema(zod).optional() : schema(zod)]];
          }),
        ),
      ),
  };
}

const textSchema = (zod: Zod): ZodType => zod.string().min(1);

/** A secret or a PEM: a string with anything in it; never echoed. */
export const secret: TextField = { check: checkSecret, schema: textSchema };

/** A string that is not empty and has no control characters; never echoed. */
export const text: TextField = { check: checkText, schema: textSchema };

/** A text that `check` looks at further. */
export const textWith = <Value>(check: (field: string, text: string) => Value): Field<Value> => ({
  check: (field, value) => check(field, checkText(field, value)),
  schema: textSchema,
});

/** A secret that `check` looks at further. */
export const secretWith = <Value>(check: (field: string, secret: string) => Value): Field<Value> => ({
  check: (field, value) => check(field, checkSecret(field, value)),
  schema: textSchema,
});

/** A text of a certain form. */
export const shaped = (shape: RegExp, form: string): Field<string> =>
  textWith((field, value) => checkShape(field, value, shape, form));

export const flag: Field<boolean> = {
  check: (field, value) => {
    if (typeof value !== "boolean") throw fault(field, `must be true or false, got ${typeName(value)}`);
    return value;
  },
  schema: (zod) => zod.boolean(),
};

/** A whole number in a range; `Infinity` too where that is the most. */
export function whole(least: number, most: number): Field<number> {
  const isOpen = most >= Number.MAX_SAFE_INTEGER;
  const form = `must be a whole number ${most === Number.POSITIVE_INFINITY ? `${least} or more` : `from ${least} to ${most}`}`;
  return {
    check: (field, value) => {
      if (typeof value !== "number") throw fault(field, `${form}, got ${typeName(value)}`);
      if (!(value >= least && value <= most) || !(Number.isInteger(value) || value === most)) {
        throw new RangeError(`smtp: ${field} ${form}, got ${value}`);
      }
      return value;
    },
    schema: (zod) => (isOpen ? zod.int().min(least) : zod.int().min(least).max(most)),
  };
}

export const oneOf = <const Value extends string>(values: readonly Value[]): Field<Value> => ({
  check: (field, value) => {
    const known = values.find((one) => one === value);
    if (known === undefined) throw fault(field, `must be one of ${values.join(", ")}`);
    return known;
  },
  schema: (zod) => zod.enum([...values] as [Value, ...Value[]]),
});

/** What something else checks: Node.js, or the rules between options. */
export const unchecked = <Value>(schema?: Field["schema"]): Field<Value> => ({
  check: (_, value) => value as Value,
  schema,
});

/** A text of a certain form. */
export function checkShape(field: string, value: string, shape: RegExp, form: string): string {
  if (shape.test(value)) return value;
  throw fault(field, `must be ${form}, got ${JSON.stringify(value.slice(0, 100))}`);
}

function checkSecret(field: string, value: unknown): string {
  if (typeof value !== "string") throw fault(field, `must be a string, got ${typeName(value)}`);
  if (value === "") throw fault(field, "must not be empty");
  return value;
}

function checkText(field: string, value: unknown): string {
  const written = checkSecret(field, value);
  if (/[\u0000-\u001f\u007f]/.test(written)) throw fault(field, "must not contain control characters");
  return written;
}

function typeName(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
