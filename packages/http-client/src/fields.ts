import {
  checkProxy,
  didYouMean,
  isLoopback,
  optionsSchema,
  type PluginParts,
  providerId,
  type SafeParser,
} from "@relais/core/spi";
import type { ZodType } from "zod";

export type { ZodType };

/** zod is passed in: it is loaded where a configuration is read, and not where a provider is made in code. */
export type Zod = typeof import("zod").z;

/** What one option must be: one definition for options in code, in configuration files and in JSON Schema. */
export interface Field {
  /**
   * Never shows a value that may be a secret, one in the wrong place included.
   * @throws {TypeError | RangeError} one sentence that names the field and the fault
   */
  readonly check: (field: string, value: unknown) => void;
  /** The same for a file; absent where a file cannot hold it. `check` follows, and sees what a schema cannot. */
  readonly schema?: ((zod: Zod) => ZodType) | undefined;
  readonly isRequired?: true;
}

export type Fields<Name extends string = string> = Readonly<Record<Name, Field>>;

export const required = (field: Field): Field => ({ ...field, isRequired: true });

export const textSchema = (zod: Zod): ZodType => zod.string().min(1);

export function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value;
}

/** A text of some form. */
export const text = (pattern: RegExp, form: string): Field => ({
  check: (field, value) => {
    if (typeof value !== "string") throw new TypeError(`${field} must be a string, not ${kindOf(value)}`);
    if (!pattern.test(value)) throw new RangeError(`${field} must be ${form}`);
  },
  schema: textSchema,
});

export const whole = (min: number, max: number): Field => ({
  check: (field, value) => {
    if (typeof value !== "number") throw new TypeError(`${field} must be a number, not ${kindOf(value)}`);
    if (!Number.isInteger(value) || value < min || value > max)
      throw new RangeError(`${field} must be a whole number from ${min} to ${max}, not ${value}`);
  },
  schema: (zod) => (max === Number.MAX_SAFE_INTEGER ? zod.int().min(min) : zod.int().min(min).max(max)),
});

export const flag: Field = {
  check: (field, value) => {
    if (typeof value !== "boolean") throw new TypeError(`${field} must be true or false`);
  },
  schema: (zod) => zod.boolean(),
};

export const oneOf = (...values: readonly [string, ...string[]]): Field => ({
  check: (field, value) => {
    if (!values.some((one) => one === value))
      throw new RangeError(`${field} must be ${values.map((one) => JSON.stringify(one)).join(" or ")}`);
  },
  schema: (zod) => zod.enum(values),
});

/** The id of a provider. Not in a schema: a configuration says it beside the options. */
export const id: Field = { check: (field, value) => void providerId(field, value) };

const certificates: Field = {
  check: (field, value) => {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    const isPem = (one: unknown): boolean =>
      typeof one === "string" && /-----BEGIN [A-Z0-9 ]{0,20}CERTIFICATE-----/.test(one);
    if (list.length === 0 || !list.every(isPem)) throw new TypeError(`${field} must be PEM certificates`);
  },
  schema: (zod) => zod.union([textSchema(zod), zod.array(textSchema(zod))]),
};

/** An `http:` or `https:` URL without user, password, query or fragment; `isInsecure` tells whether `http:` is safe there. */
export const endpoint: Field = {
  check: (field, value) => {
    if (typeof value !== "string") throw new TypeError(`${field} must be a string`);
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined) throw new RangeError(`${field} is not a URL`);
    if (url.protocol !== "http:" && url.protocol !== "https:")
      throw new RangeError(`${field} must begin with https:// or http://`);
    if (url.username !== "" || url.password !== "")
      throw new RangeError(`${field} may not hold a user or a password`);
    if (url.search !== "" || url.hash !== "")
      throw new RangeError(`${field} may not hold a query or a fragment`);
  },
  schema: textSchema,
};

/** Whether what goes to this URL can be read on its way: it is neither `https:` nor on this machine. */
export function isInsecure(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol !== "https:" && !isLoopback(hostname);
}

/** The options of every provider over HTTP that are about its connections. */
export const connectionFields: Fields<"ca" | "proxy" | "maxConnections" | "connectionTimeoutMs"> = {
  maxConnections: whole(1, 1_000),
  connectionTimeoutMs: whole(1, 600_000),
  ca: certificates,
  proxy: { check: checkProxy, schema: textSchema },
};

/** How the sentences about options begin and end; `hint` is `; did you mean region?` or nothing. */
export interface Sentences {
  readonly notAnObject: (kind: string) => string;
  readonly unknown: (quotedName: string, hint: string) => string;
  /** Before a field's name. */
  readonly prefix: string;
}

/**
 * Options against their fields. What is `undefined` or `null` counts as absent.
 * @throws {TypeError | RangeError} one sentence about the first that is unknown, missing or wrong
 */
export function checkFields(fields: Fields, options: unknown, say: Sentences): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new TypeError(say.notAnObject(kindOf(options)));
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(fields, name)) continue;
    const nearest = didYouMean(name, Object.keys(fields));
    const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    throw new TypeError(say.unknown(JSON.stringify(name.slice(0, 64)), hint));
  }
  for (const [name, { check, isRequired }] of Object.entries(fields)) {
    const value = (options as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined && value !== null) check(`${say.prefix}${name}`, value);
    else if (isRequired) throw new TypeError(`${say.prefix}${name} is missing`);
  }
}

/** The options without those that are `null`, which stands for absent: defaults are for `undefined` alone. */
export function withoutNulls<Options extends object>(options: Options): Options {
  const there = Object.entries(options).filter(([, value]) => value !== null);
  return Object.fromEntries(there) as Options;
}

/** The fields that a file can hold, for `strictObject`. */
export function shapeOf(zod: Zod, fields: Fields): Record<string, ZodType> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, { schema, isRequired }]) => {
      if (schema === undefined) return [];
      return [[name, isRequired ? schema(zod) : schema(zod).optional()]];
    }),
  );
}

/** The parts of a plugin that are about its options. */
export function pluginOptions<Options>(
  schema: (zod: Zod) => ZodType,
  check: (options: Options) => void,
): Pick<PluginParts<Options>, "options" | "jsonSchema"> {
  const load = async (): Promise<{ zod: Zod; made: ZodType }> => {
    const { z: zod } = await import("zod");
    return { zod, made: schema(zod) };
  };
  let parser: Promise<SafeParser> | undefined;
  return {
    options: optionsSchema(async () => {
      parser ??= load().then(({ made }) => made);
      return parser;
    }, check),
    jsonSchema: async () => {
      const { zod, made } = await load();
      return zod.toJSONSchema(made, { io: "input" });
    },
  };
}
