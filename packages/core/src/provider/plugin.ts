import { didYouMean } from "../runtime/options.ts";
import type { Provider } from "./provider.ts";

/** The version of the contract below. A loader refuses plugins made for another one. */
export const pluginContract = 1;

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

/** What a plugin is given besides its options. */
export interface PluginTools {
  /** The instance's name in its chain; `undefined` leaves it to the plugin. */
  readonly id: string | undefined;
}

/** How a package offers a provider to configurations: its default export. */
export interface Plugin<Options = unknown> {
  readonly contract: typeof pluginContract;
  /** Lower case, unique: `smtp`. */
  readonly name: string;
  readonly options: OptionsSchema<Options>;
  /** Makes the provider. @throws {TypeError | RangeError} one sentence about an option, never with a secret */
  create(options: Options, tools: PluginTools): Provider;
  /**
   * The options that the environment describes, by the plugin's own variables, unchecked; `undefined` if it describes
   * none. They serve where a configuration gives no `options`.
   */
  fromEnv?(env: Readonly<Record<string, string | undefined>>): unknown;
  /** The options as JSON Schema (2020-12), or a promise of it: for completion in editors. */
  jsonSchema?(): unknown;
}

/** What `definePlugin` is made from. */
export type PluginParts<Options> = Omit<Plugin<Options>, "contract">;

const pluginName = /^[a-z][a-z0-9-]{0,63}$/;

/**
 * A plugin, checked and marked with the version of the contract.
 * @throws {TypeError} one sentence about the first part that is missing or wrong
 */
export function definePlugin<Options>(parts: PluginParts<Options>): Plugin<Options> {
  const fault = partFault(parts);
  if (fault !== undefined) throw new TypeError(`definePlugin: ${fault}`);
  return Object.freeze({ ...parts, contract: pluginContract });
}

/** What is wrong with a value that ought to be a plugin, as the end of a sentence; `undefined` if nothing is. */
export function pluginFault(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return "it has no default export made with definePlugin";
  const { contract } = value as { contract?: unknown };
  if (contract === undefined) return "it has a default export that was not made with definePlugin";
  if (contract !== pluginContract) {
    return `it is made for version ${String(contract).slice(0, 20)} of the plugin contract; this is version ${pluginContract}`;
  }
  return partFault(value);
}

function partFault(value: unknown): string | undefined {
  const parts = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  if (typeof parts.name !== "string" || !pluginName.test(parts.name)) {
    return "name must be lower-case letters, digits and dashes";
  }
  const standard = (parts.options as Record<string, unknown> | undefined)?.["~standard"] as
    | Record<string, unknown>
    | undefined;
  if (typeof standard?.validate !== "function" || standard.version !== 1) {
    return "options must be a Standard Schema, version 1 (a zod schema, for one)";
  }
  if (typeof parts.create !== "function") return "create must be a function that makes a provider";
  for (const name of ["fromEnv", "jsonSchema"] as const) {
    if (parts[name] !== undefined && typeof parts[name] !== "function") return `${name} must be a function`;
  }
  return undefined;
}

/** What `optionsSchema` needs of a schema: zod's `safeParse` has it. */
export interface SafeParser {
  safeParse(
    value: unknown,
    how: { readonly error: (issue: RawOptionIssue) => string | undefined },
  ):
    | { readonly success: true; readonly data: unknown }
    | { readonly success: false; readonly error: { readonly issues: readonly OptionIssue[] } };
}

/** What only the options together can get wrong, said where it belongs: `smtp: port must be …` is about `port`. */
function crossFieldIssues(check: () => void): OptionIssue[] {
  try {
    check();
    return [];
  } catch (error) {
    const text = error instanceof Error ? error.message.replace(/^[a-z-]+: /, "") : "cannot be used";
    const [, field, fault] = /^([A-Za-z][\w.]*) (.+)$/s.exec(text) ?? [];
    return [{ message: fault ?? text, path: field === undefined ? [] : field.split(".") }];
  }
}

/**
 * The options without those that are `null` where the schema wants something: `null` stands for absent, as an empty field
 * of YAML does. A name that is no option stays, so that it is told.
 */
function withoutNulls(value: unknown, issues: readonly OptionIssue[]): unknown {
  const paths = issues.map(({ path = [] }) => path.map((one) => (typeof one === "object" ? one.key : one)));
  const isRefused = (at: readonly PropertyKey[]): boolean =>
    // A field itself, or something that none of several forms fits: which of its fields it is, is not told.
    paths.some((path) => path.length > 0 && path.every((key, i) => key === at[i]));
  const copy = (one: unknown, at: readonly PropertyKey[]): unknown => {
    if (typeof one !== "object" || one === null || Array.isArray(one)) return one;
    const fields = Object.entries(one).filter(([key, inner]) => inner !== null || !isRefused([...at, key]));
    return Object.fromEntries(fields.map(([key, inner]) => [key, copy(inner, [...at, key])]));
  };
  return copy(value, []);
}

/**
 * A plugin's options as a Standard Schema, with sentences as configurations show them. The schema is loaded on first
 * use, so that an application that composes in code never loads it.
 * @param load gives the schema
 * @param check throws one sentence, `field fault`, about what the schema cannot see
 */
export function optionsSchema<Options>(
  load: () => Promise<SafeParser>,
  check: (options: Options) => void,
): OptionsSchema<Options> {
  return {
    "~standard": {
      version: 1,
      vendor: "relais",
      async validate(value) {
        const schema = await load();
        let read = schema.safeParse(value, { error: (issue) => optionMessage(issue) });
        if (!read.success) {
          read = schema.safeParse(withoutNulls(value, read.error.issues), { error: optionMessage });
        }
        if (!read.success) return { issues: read.error.issues };
        const options = read.data as Options;
        const issues = crossFieldIssues(() => check(options));
        return issues.length === 0 ? { value: options } : { issues };
      },
    },
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
function kindOf(value: unknown): string {
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
 * One sentence's end about a wrong option, for zod's `error` parameter: `must be a number, not a string`. Never shows
 * the value. `undefined` leaves the wording to the schema.
 */
export function optionMessage(issue: RawOptionIssue, otherWords: OtherWords = {}): string | undefined {
  const { code, expected = "", input, keys, options, values = options, minimum, maximum, origin } = issue;
  if (code === "unrecognized_keys") return unknownKeys(keys ?? [], knownNames(issue.inst), otherWords);
  if (code === "invalid_type") {
    if (input === undefined) return "is missing";
    return `must be ${things[expected] ?? expected}, not ${kindOf(input)}`;
  }
  if (code === "invalid_value" || (code === "invalid_union" && options !== undefined))
    return `must be ${(values ?? []).map((one) => JSON.stringify(one)).join(" or ")}`;
  const unit = origin === "string" ? " characters" : origin === "array" ? " entries" : "";
  if (code === "too_small") return `must ${unit === "" ? "be" : "have"} at least ${minimum}${unit}`;
  if (code === "too_big") return `must ${unit === "" ? "be" : "have"} at most ${maximum}${unit}`;
  return undefined;
}
