// What the options of a provider must be, said once: their type, their check in code and in files, and their JSON Schema.
import { didYouMean, idForm, isProviderId } from "../runtime/options.ts";
import { minSecretCharacters } from "../runtime/signed-token.ts";
import { kindOf, type OptionIssue, type OptionsSchema } from "./option-issues.ts";

/** JSON Schema, 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What one option must be. `Input` is what people write, `Output` what the provider reads out of it. */
export interface Field<Input = unknown, Output = Input> {
  /**
   * The value, checked. Never shows one that may be a secret.
   * @throws {TypeError | RangeError} the end of a sentence that begins with the option's name: `must be a date`
   */
  readonly read: (value: unknown) => Output;
  /** What a file can hold; absent where it can hold nothing of the kind. */
  readonly json?: JsonSchema;
  readonly isRequired?: true;
  /** For the type alone; never there. */
  readonly "~input"?: () => Input;
}

/** A field that must be there. */
export interface Required {
  readonly isRequired: true;
}

/** Fields by the names of their options. A doc comment on a name stays with the option that is inferred from it. */
export type Fields = Readonly<Record<string, Field>>;

type InputOf<One> = One extends { readonly "~input"?: () => infer Input } ? Input : never;
type OutputOf<One> = One extends { readonly read: (value: unknown) => infer Output } ? Output : never;

/** The options that must be given: `interface MyOptions extends RequiredOptions<typeof fields>, OptionalOptions<typeof fields> {}`. */
export type RequiredOptions<All> = {
  readonly [Name in keyof All as All[Name] extends Required ? Name : never]: InputOf<All[Name]>;
};

/** The options that may be left out. */
export type OptionalOptions<All> = {
  readonly [Name in keyof All as All[Name] extends Required ? never : Name]?: InputOf<All[Name]> | undefined;
};

/** Options after their check; what was left out is not there. */
export type Checked<All> = {
  readonly [Name in keyof All as All[Name] extends Required ? Name : never]: OutputOf<All[Name]>;
} & {
  readonly [Name in keyof All as All[Name] extends Required ? never : Name]?: OutputOf<All[Name]>;
};

/** One thing that is wrong. */
interface Issue extends OptionIssue {
  readonly path: readonly PropertyKey[];
  /** What would have done: `boolean`, `number`, `string`. A text of the environment is read as one. */
  readonly expected?: string | undefined;
  /** The name that is no option. */
  readonly keys?: readonly string[] | undefined;
  readonly isRange?: boolean;
}

/** Everything that is wrong with an object or a list. */
class WrongOptions extends TypeError {
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super(issues[0]?.message);
    this.issues = issues;
  }
}

const wrong = (form: string, value: unknown, expected: string): WrongOptions =>
  new WrongOptions([{ message: `must be ${form}, got ${kindOf(value)}`, path: [], expected }]);

/** What is wrong with a value, with this before each path. */
function issuesOf(error: unknown, ...before: readonly PropertyKey[]): Issue[] {
  if (error instanceof WrongOptions)
    return error.issues.map((issue) => ({ ...issue, path: [...before, ...issue.path] }));
  const message = error instanceof Error ? error.message : "cannot be used";
  return [{ message, path: before, isRange: error instanceof RangeError }];
}

/** Reads what stands under each key, and throws all that is wrong with it together. */
function readParts<Key extends PropertyKey>(
  keys: Iterable<Key>,
  read: (key: Key) => void,
  issues: Issue[] = [],
): void {
  for (const key of keys) {
    try {
      read(key);
    } catch (error) {
      issues.push(...issuesOf(error, key));
    }
  }
  if (issues.length > 0) throw new WrongOptions(issues);
}

/** The option cannot be left out. */
export const required = <One extends Field>(field: One): One & Required => ({ ...field, isRequired: true });

/** What `next` makes of a field that was read; it throws where it is wrong. */
export const map = <Input, Between, Output>(
  field: Field<Input, Between>,
  next: (value: Between) => Output,
): Field<Input, Output> => ({ ...field, read: (value) => next(field.read(value)) });

/** What something else checks. */
export const anything = <Input>(json?: JsonSchema): Field<Input> => ({
  read: (value) => value as Input,
  ...(json && { json }),
});

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An object of any names. */
export const object = <Input extends object>(json: JsonSchema = { type: "object" }): Field<Input> => ({
  read: (value) => {
    if (!isObject(value)) throw wrong("an object", value, "object");
    return value as Input;
  },
  json,
});

/** A function: for code alone. */
export const callable = <Input>(form = "a function"): Field<Input> => ({
  read: (value) => {
    if (typeof value !== "function") throw wrong(form, value, "function");
    return value as Input;
  },
});

/** Any string. */
export const string: Field<string> = {
  read: (value) => {
    if (typeof value !== "string") throw wrong("a string", value, "string");
    return value;
  },
  json: { type: "string", minLength: 1 },
};

/** A string with anything in it, but not empty: a password, a PEM. */
export const secret: Field<string> = map(string, (value) => {
  if (value === "") throw new RangeError("must not be empty");
  return value;
});

/** A string that is not empty and has no control characters. */
export const text: Field<string> = map(secret, (value) => {
  if (/[\u0000-\u001f\u007f]/.test(value)) throw new RangeError("must not contain control characters");
  return value;
});

/** A string of some form, which is named: `a domain name`. The value is not shown. */
export const matching = (pattern: RegExp, form: string): Field<string> =>
  map(string, (value) => {
    if (!pattern.test(value)) throw new RangeError(`must be ${form}`);
    return value;
  });

/** A text of some form that is no secret: a wrong one is shown. */
export const shaped = (pattern: RegExp, form: string): Field<string> =>
  map(text, (value) => {
    if (pattern.test(value)) return value;
    throw new RangeError(`must be ${form}, got ${JSON.stringify(value.slice(0, 100))}`);
  });

/** The id of a provider. */
export const id: Field<string> = {
  read: (value) => {
    if (isProviderId(value)) return value;
    throw new TypeError(`must be ${idForm}`);
  },
  json: string.json as JsonSchema,
};

/** The URL of an HTTP proxy. It may hold a password, and is not shown. */
export const proxy: Field<string> = map(string, (value) => {
  if (URL.canParse(value) && ["http:", "https:"].includes(new URL(value).protocol)) return value;
  throw new TypeError("must be an http: or https: URL");
});

export const flag: Field<boolean> = {
  read: (value) => {
    if (typeof value !== "boolean") throw wrong("true or false", value, "boolean");
    return value;
  },
  json: { type: "boolean" },
};

const yes = new Set(["true", "t", "yes", "y", "on", "1"]);
const no = new Set(["false", "f", "no", "n", "off", "0"]);

/** A variable of the environment as a flag: `true`, `1`, `yes`, `on` or the opposite; anything else as it is. */
export function flagText(text: string | undefined): string | boolean | undefined {
  const value = text?.trim() || undefined;
  const word = value?.toLowerCase() ?? "";
  return yes.has(word) ? true : no.has(word) ? false : value;
}

/** A whole number from `min` to `max`; `Infinity` too where that is the most. */
export function whole(min: number, max: number): Field<number> {
  const form = `a whole number ${max === Number.POSITIVE_INFINITY ? `of at least ${min}` : `from ${min} to ${max}`}`;
  return {
    read: (value) => {
      if (typeof value !== "number") throw wrong(form, value, "number");
      if (!(value >= min && value <= max) || !(Number.isInteger(value) || value === max))
        throw new RangeError(`must be ${form}, got ${value}`);
      return value;
    },
    json: { type: "integer", minimum: min, maximum: Math.min(max, Number.MAX_SAFE_INTEGER) },
  };
}

/** One of some words. */
export const oneOf = <const Value extends string>(...values: readonly Value[]): Field<Value> => ({
  read: (value) => {
    const known = values.find((one) => one === value);
    if (known === undefined) {
      const near = typeof value === "string" ? didYouMean(value, values) : undefined;
      const hint = near === undefined ? "" : `; did you mean ${near}?`;
      throw new RangeError(`must be ${values.map((one) => JSON.stringify(one)).join(" or ")}${hint}`);
    }
    return known;
  },
  json: values.length === 1 ? { type: "string", const: values[0] } : { type: "string", enum: values },
});

export const list = <Input, Output>(
  item: Field<Input, Output>,
): Field<readonly Input[], readonly Output[]> => ({
  read: (value) => {
    if (!Array.isArray(value)) throw wrong("a list", value, "array");
    const read: Output[] = [];
    readParts(value.keys(), (i) => read.push(item.read(value[i])));
    return read;
  },
  ...(item.json && { json: { type: "array", items: item.json } }),
});

/** The field of these that fits a value, as `choose` says; none if it gives `undefined`. */
export const either = <const All extends readonly Field[]>(
  all: All,
  choose: (value: unknown) => All[number] | undefined,
): Field<InputOf<All[number]>, OutputOf<All[number]>> => {
  const schemas = all.flatMap(({ json }) => json ?? []);
  return {
    read: (value) => {
      const chosen = choose(value);
      if (chosen !== undefined) return chosen.read(value) as OutputOf<All[number]>;
      const issues = all.flatMap((one) => {
        try {
          one.read(value);
          return [];
        } catch (error) {
          return issuesOf(error);
        }
      });
      const forms = issues.map(({ message }) => message.replace(/^must be |, got .*$/g, ""));
      throw wrong([...new Set(forms)].join(" or "), value, issues.map(({ expected }) => expected).join(" "));
    },
    json: schemas.length === 1 ? (schemas[0] as JsonSchema) : { anyOf: schemas },
  };
};

/** What other libraries call the parts of a login. */
const otherWords: Readonly<Record<string, string>> = { username: "user", login: "user", password: "pass" };

/** The objects among some fields that have an option of this name. */
const holders = (name: string, fields: Fields): string[] =>
  Object.entries(fields).flatMap(([holder, { json }]) => {
    const forms = [json, ...((json?.anyOf as JsonSchema[] | undefined) ?? [])];
    return forms.some((one) => Object.hasOwn((one?.properties as object | undefined) ?? {}, name))
      ? [holder]
      : [];
  });

/** Where an option that does not exist belongs, or which one it was meant to be. */
function unknownHint(name: string, fields: Fields): string {
  const known = Object.hasOwn(otherWords, name) ? (otherWords[name] as string) : name;
  if (Object.hasOwn(fields, known)) return `; did you mean ${known}?`;
  const inside = holders(known, fields);
  if (inside.length > 0)
    return `; it belongs in ${inside.join(" or ")}${known === name ? "" : `, as ${known}`}`;
  const nearest = didYouMean(name, Object.keys(fields));
  return nearest === undefined ? "" : `; did you mean ${nearest}?`;
}

const signingSecret = map(secret, (value) => {
  if (value.length >= minSecretCharacters) return value;
  throw new RangeError(`must have ${minSecretCharacters} characters or more`);
});
const signingSecretList = map(list(signingSecret), (values) => {
  if (values.length > 0) return values;
  throw new RangeError("must not be empty");
});

/** What tokens are signed with: a secret, or a list, of which the first signs and each is good. */
export const signingSecrets: Field<string | readonly string[], readonly string[]> = map(
  either([signingSecret, signingSecretList], (value) =>
    Array.isArray(value) ? signingSecretList : signingSecret,
  ),
  (value) => [value].flat() as readonly string[],
);

/** An object with these options and no others. What is `undefined` or `null` counts as left out. */
export function record<const All extends Fields>(
  fields: All,
): Field<RequiredOptions<All> & OptionalOptions<All>, Checked<All>> {
  const names = Object.keys(fields);
  const values = object<Readonly<Record<string, unknown>>>();
  const inFile = Object.entries(fields).filter(([, { json }]) => json !== undefined);
  const needed = inFile.filter(([, { isRequired }]) => isRequired).map(([name]) => name);
  return {
    read: (value) => {
      const options = values.read(value);
      const unknown = Object.keys(options).filter((name) => !Object.hasOwn(fields, name));
      const issues = unknown.map((name) => {
        const message = `${JSON.stringify(name.slice(0, 60))} is not an option${unknownHint(name, fields)}`;
        return { message, path: [], keys: [name] };
      });
      const checked: Record<string, unknown> = {};
      const readOption = (name: string): void => {
        const { read, isRequired } = fields[name] as Field;
        const one = options[name];
        if (one !== undefined && one !== null) checked[name] = read(one);
        else if (isRequired) throw new TypeError("is missing");
      };
      readParts(names, readOption, issues);
      return checked as Checked<All>;
    },
    json: {
      type: "object",
      properties: Object.fromEntries(inFile.map(([name, { json }]) => [name, json])),
      ...(needed.length > 0 && { required: needed }),
      additionalProperties: false,
    },
  };
}

/** `dkim[1].privateKey` */
const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");

/**
 * The options of `owner` as their field reads them.
 * @throws {TypeError | RangeError} one sentence about the first that is unknown, missing or wrong: `smtp: port must be …`
 */
export function check<Output>(owner: string, field: Field<unknown, Output>, value: unknown): Output {
  try {
    return field.read(value);
  } catch (error) {
    const [issue] = issuesOf(error);
    const { path = [], message = "", keys, isRange = false } = issue ?? {};
    const place = pathText(path);
    const sentence =
      keys === undefined
        ? `${place || "options"} ${message}`
        : message.replace("is not an option", place === "" ? "$&" : `$& of ${place}`);
    throw new (isRange ? RangeError : TypeError)(`${owner}: ${sentence}`);
  }
}

/** What only the options together can get wrong, said where it belongs: `smtp: port must be …` is about `port`. */
function issueOfSentence(error: unknown): OptionIssue {
  const words = error instanceof Error ? error.message.replace(/^[a-z-]+: /, "") : "cannot be used";
  const [, name, message] = /^([A-Za-z][\w.]*) (.+)$/s.exec(words) ?? [];
  return { message: message ?? words, path: name === undefined ? [] : name.split(".") };
}

/** The options without those that are `null`, as an empty field of YAML is: it stands for absent. */
function withoutNulls(value: unknown): unknown {
  if (!isObject(value) || ![Object.prototype, null].includes(Object.getPrototypeOf(value))) return value;
  const there = Object.entries(value).filter(([, one]) => one !== null);
  return Object.fromEntries(there.map(([name, one]) => [name, withoutNulls(one)]));
}

/**
 * The parts of a plugin that are about its options.
 * @param look throws one sentence, as `check` does, about what only the options together can get wrong
 */
export function forPlugin<Options>(
  field: Field<Options, unknown>,
  look: (options: Options) => void = () => {},
): { readonly options: OptionsSchema<Options>; jsonSchema(): unknown } {
  const validate: OptionsSchema<Options>["~standard"]["validate"] = (value) => {
    try {
      field.read(value);
    } catch (error) {
      return { issues: issuesOf(error) };
    }
    const options = withoutNulls(value) as Options;
    try {
      look(options);
    } catch (error) {
      return { issues: [issueOfSentence(error)] };
    }
    return { value: options };
  };
  return {
    options: { "~standard": { version: 1, vendor: "relais", validate } },
    jsonSchema: () => ({ $schema: "https://json-schema.org/draft/2020-12/schema", ...field.json }),
  };
}
