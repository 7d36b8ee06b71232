import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type PathPart, problemAt, problemPath } from "./problem-path.ts";

/** A tree whose references have been replaced by what they name. */
export interface Interpolated {
  readonly value: unknown;
  /** Paths of texts that were one reference as a whole: they may have to become numbers or true and false. */
  readonly references: ReadonlySet<string>;
  /** What came out of files: secrets. */
  readonly secrets: ReadonlySet<string>;
  readonly problems: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;
const whole = /^\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\}$/;

function isFile(value: object): value is { readonly file: string } {
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === "file" && typeof (value as { file: unknown }).file === "string";
}

/**
 * Replaces `${NAME}` and `${NAME:-default}` in every text, and `{ file: path }` by the content of the file, its last
 * line break left out. Paths are taken from `folder`.
 */
export function interpolate(raw: unknown, env: Environment, folder: string): Interpolated {
  const references = new Set<string>();
  const secrets = new Set<string>();
  const problems: string[] = [];

  const text = (value: string, path: readonly PathPart[]): string => {
    if (whole.test(value)) references.add(problemPath(path));
    return value.replace(reference, (_all, name: string, otherwise: string | undefined) => {
      const given = env[name];
      if (given !== undefined && given !== "") return given;
      if (otherwise !== undefined) return otherwise;
      problems.push(problemAt(path, `names the environment variable ${name}, which is not set`));
      return "";
    });
  };
  const file = (named: string, path: readonly PathPart[]): string | undefined => {
    const where = text(named, [...path, "file"]);
    try {
      const content = readFileSync(resolve(folder, where), "utf8").replace(/\r?\n$/, "");
      secrets.add(content);
      return content;
    } catch {
      problems.push(problemAt(path, `names the file ${JSON.stringify(where)}, which cannot be read`));
      return undefined;
    }
  };
  const walk = (value: unknown, path: readonly PathPart[]): unknown => {
    if (typeof value === "string") return text(value, path);
    if (Array.isArray(value)) return value.map((item, i) => walk(item, [...path, i]));
    if (typeof value !== "object" || value === null) return value;
    if (isFile(value)) return file(value.file, path);
    if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null)
      return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]));
  };
  return { value: walk(raw, []), references, secrets, problems };
}
