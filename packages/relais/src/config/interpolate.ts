import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isQuoted, isServiceLink, settingText, trimmed } from "../setting-text.ts";
import { textOf } from "../text-of.ts";
import { type PathPart, problemAt, problemPath } from "./problem-path.ts";

/** A text that was one reference to the environment as a whole. */
export interface Reference {
  readonly name: string;
  /** The variable is set and has nothing in it: as good as not set, where another value than a text is wanted. */
  readonly empty: boolean;
  readonly quoted: boolean;
  /** An orchestrator put it there. */
  readonly serviceLink: boolean;
}

/** A tree whose references have been replaced by what they name. */
export interface Interpolated {
  readonly value: unknown;
  /** By path: the texts that were one reference as a whole. */
  readonly references: ReadonlyMap<string, Reference>;
  /** What came out of the environment and out of files: not fit for eyes. */
  readonly secrets: ReadonlySet<string>;
  readonly problems: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;
const whole = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}$/;

function isFile(value: object): value is { readonly file: string } {
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === "file" && typeof (value as { file: unknown }).file === "string";
}

/** A PEM in one line, as `.env` files have it: with `\n` for its line breaks. */
const unfolded = (text: string): string =>
  text.startsWith("-----BEGIN ") && !text.includes("\n") ? text.replaceAll("\\n", "\n") : text;

/**
 * Replaces `${NAME}` and `${NAME:-default}` in every text, and `{ file: path }` by the content of the file. What editors
 * and `echo` leave around a value is cut: line breaks at the ends and a byte order mark, and other blanks too unless
 * the field is a password. `${NAME:-}` with nothing in it leaves its field out. Paths are taken from `folder`.
 */
export function interpolate(raw: unknown, env: Environment, folder: string): Interpolated {
  const references = new Map<string, Reference>();
  const secrets = new Set<string>();
  const problems: string[] = [];

  /** What a variable says; `undefined` if it is not set, or empty. */
  const read = (name: string): string | undefined => {
    const given = env[name];
    return given === undefined || trimmed(given) === "" ? undefined : given;
  };
  const oneReference = (name: string, otherwise: string | undefined, path: readonly PathPart[]): unknown => {
    const given = read(name);
    const empty = given === undefined && otherwise === undefined && env[name] !== undefined;
    references.set(problemPath(path), {
      name,
      empty,
      quoted: given !== undefined && isQuoted(given),
      serviceLink: given !== undefined && isServiceLink(name, given),
    });
    if (given === undefined) {
      if (otherwise === "") return undefined;
      if (otherwise === undefined && !empty) problems.push(notSet(name, path));
      return otherwise ?? "";
    }
    const value = unfolded(settingText(String(path.at(-1)), given));
    secrets.add(value);
    return value;
  };
  const notSet = (name: string, path: readonly PathPart[]): string =>
    problemAt(path, `names the environment variable ${name}, which is not set`);

  const within = (value: string, path: readonly PathPart[]): string => {
    let given = false;
    const filled = value.replace(reference, (_all, name: string, otherwise: string | undefined) => {
      const one = read(name);
      given ||= one !== undefined;
      if (one === undefined && otherwise === undefined) problems.push(notSet(name, path));
      return one === undefined ? (otherwise ?? "") : trimmed(one);
    });
    if (given) secrets.add(filled);
    return filled;
  };
  const text = (value: string, path: readonly PathPart[]): unknown => {
    const [, name, otherwise] = whole.exec(value) ?? [];
    return name === undefined ? within(value, path) : oneReference(name, otherwise, path);
  };
  const file = (named: string, path: readonly PathPart[]): string | undefined => {
    const where = within(named, [...path, "file"]);
    try {
      const content = settingText(String(path.at(-1)), textOf(readFileSync(resolve(folder, where))));
      secrets.add(content);
      if (content.includes("\uFFFD")) {
        problems.push(problemAt(path, `names the file ${JSON.stringify(named)}, which is not in UTF-8`));
      }
      return content;
    } catch {
      problems.push(problemAt(path, `names the file ${JSON.stringify(named)}, which cannot be read`));
      return undefined;
    }
  };
  const walk = (value: unknown, path: readonly PathPart[]): unknown => {
    if (typeof value === "string") return text(value, path);
    if (Array.isArray(value))
      return value.map((item, i) => {
        const one = walk(item, [...path, i]);
        return one === undefined ? "" : one;
      });
    if (typeof value !== "object" || value === null) return value;
    if (isFile(value)) return file(value.file, path);
    if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null)
      return value;
    const entries = Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])] as const);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
  };
  return { value: walk(raw, []), references, secrets, problems };
}
