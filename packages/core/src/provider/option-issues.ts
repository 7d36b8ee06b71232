import { didYouMean } from "../runtime/options.ts";

/** One thing that is wrong with some options. */
export interface OptionIssue {
  readonly message: string;
  /** Where: keys from the outside in. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/**
 * What describes a plugin's options: a Standard Schema, version 1 (https://standardschema.dev), as zod, valibot and
 * arktype make them. Written out here so that no package is needed for a type.
 */
export interface OptionsSchema<Options> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (
      value: unknown,
    ) =>
      | { readonly value: Options; readonly issues?: undefined }
      | { readonly issues: readonly OptionIssue[] }
      | Promise<
          | { readonly value: Options; readonly issues?: undefined }
          | { readonly issues: readonly OptionIssue[] }
        >;
    readonly types?: { readonly input: unknown; readonly output: Options } | undefined;
  };
}

/** What is known of a wrong value; as zod tells it, but any schema's issue that looks like this will do. */
export interface RawOptionIssue {
  readonly code?: string | undefined;
  readonly expected?: string | undefined;
  readonly input?: unknown;
  readonly keys?: readonly string[] | undefined;
  readonly values?: readonly unknown[] | undefined;
  /** The values of the field that decides between several forms. */
  readonly options?: readonly unknown[] | undefined;
  readonly minimum?: number | bigint | undefined;
  readonly maximum?: number | bigint | undefined;
  readonly origin?: string | undefined;
  /** The schema that said so; an object's shape has the names that it knows. */
  readonly inst?: unknown;
}

const things: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
};

/** What a value is, without showing it: it may be a secret in the wrong place. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "boolean") return String(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function knownNames(inst: unknown): string[] {
  const shape = (inst as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape;
  return shape === undefined ? [] : Object.keys(shape);
}

function unknownKeys(keys: readonly string[], names: readonly string[], otherWords: OtherWords): string {
  return keys
    .map((key) => {
      const near =
        (Object.hasOwn(otherWords, key) ? otherWords[key] : [])?.find((name) => names.includes(name)) ??
        didYouMean(key, names);
      return `${JSON.stringify(key.slice(0, 40))} is not an option${near === undefined ? "" : `; did you mean ${near}?`}`;
    })
    .join(", ");
}

/** What other libraries call something, and its names here: the first that exists where it stands is meant. */
export type OtherWords = Readonly<Record<string, readonly string[]>>;

/**
 * One sentence's end about a wrong option, for zod's `error` parameter: `must be a number, got a string`. Never shows
 * the value. `undefined` leaves the wording to the schema.
 */
export function optionMessage(issue: RawOptionIssue, otherWords: OtherWords = {}): string | undefined {
  const { code, expected = "", input, keys, options, values = options, minimum, maximum, origin } = issue;
  if (code === "unrecognized_keys") return unknownKeys(keys ?? [], knownNames(issue.inst), otherWords);
  if (code === "invalid_type") {
    if (input === undefined) return "is missing";
    if (typeof input === "number" && !Number.isFinite(input)) return "must be a finite number";
    return `must be ${things[expected] ?? expected}, got ${kindOf(input)}`;
  }
  if (code === "invalid_value" || (code === "invalid_union" && options !== undefined))
    return `must be ${(values ?? []).map((one) => JSON.stringify(one)).join(" or ")}`;
  const unit = origin === "string" ? " characters" : origin === "array" ? " entries" : "";
  if (code === "too_small") return `must ${unit === "" ? "be" : "have"} at least ${minimum}${unit}`;
  if (code === "too_big") return `must ${unit === "" ? "be" : "have"} at most ${maximum}${unit}`;
  return undefined;
}
