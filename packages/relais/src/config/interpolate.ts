import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { decodeText, isQuoted, isServiceLink, settingText, trimmed } from "../environment/setting-text.ts";
import type { Environment } from "../environment/settings-reader.ts";
import { type Path, type Problem, pathText } from "./problem.ts";

/** A text that is one reference to the environment as a whole. */
export interface Reference {
  readonly name: string;
  /** The variable is set and empty: treated as not set where another value than a text is wanted. */
  readonly empty: boolean;
  readonly quoted: boolean;
  /** An orchestrator set it. */
  readonly serviceLink: boolean;
}

/** A tree whose references are replaced by what they name. */
export interface Interpolated {
  readonly value: unknown;
  /** By path: the texts that are one reference as a whole. */
  readonly references: ReadonlyMap<string, Reference>;
  /** Values of environment variables and files: never shown. */
  readonly secrets: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

const references = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;
const wholeReference = new RegExp(`^${references.source}$`);

/**
 * Replaces `${NAME}` and `${NAME:-default}` in every text, and `{ file: path }` by the content of the file. What editors
 * and `echo` leave around a value is cut: line breaks at the ends and a byte order mark, and other blanks too unless
 * the field is a password. `${NAME:-}` with nothing in it leaves its field out. Paths are relative to `folder`.
 */
export function interpolate(raw: unknown, env: Environment, folder: string): Interpolated {
  const found = new Map<string, Reference>();
  const secrets = new Set<string>();
  const problems: Problem[] = [];
  const notSet = (name: string, path: Path): void =>
    void problems.push({ path, message: `names the environment variable ${name}, which is not set` });

  /** The value of a variable; `undefined` if it is not set, or empty. */
  const read = (name: string): string | undefined => {
    const value = env[name];
    return value === undefined || trimmed(value) === "" ? undefined : value;
  };
  const oneReference = (name: string, fallback: string | undefined, path: Path): string | undefined => {
    const value = read(name);
    const empty = value === undefined && fallback === undefined && env[name] !== undefined;
    found.set(pathText(path), {
      name,
      empty,
      quoted: value !== undefined && isQuoted(value),
      serviceLink: value !== undefined && isServiceLink(name, value),
    });
    if (value !== undefined) {
      const text = unfoldedPem(settingText(String(path.at(-1)), value));
      secrets.add(text);
      return text;
    }
    if (fallback === "") return undefined;
    if (fallback === undefined && !empty) notSet(name, path);
    return fallback ?? "";
  };
  const withReferences = (text: string, path: Path): string => {
    let hasSecret = false;
    const filled = text.replace(references, (_all, name: string, fallback: string | undefined) => {
      const value = read(name);
      hasSecret ||= value !== undefined;
      if (value === undefined && fallback === undefined) notSet(name, path);
      return value === undefined ? (fallback ?? "") : trimmed(value);
    });
    if (hasSecret) secrets.add(filled);
    return filled;
  };
  const textValue = (text: string, path: Path): string | undefined => {
    const [, name, fallback] = wholeReference.exec(text) ?? [];
    return name === undefined ? withReferences(text, path) : oneReference(name, fallback, path);
  };
  const fileContent = (name: string, path: Path): string | undefined => {
    const file = resolve(folder, withReferences(name, [...path, "file"]));
    const wrong = (fault: string): void =>
      void problems.push({ path, message: `names the file ${JSON.stringify(name)}, which ${fault}` });
    try {
      const content = settingText(String(path.at(-1)), decodeText(readFileSync(file)));
      secrets.add(content);
      if (content.includes("\uFFFD")) wrong("is not in UTF-8");
      return content;
    } catch {
      wrong("cannot be read");
      return undefined;
    }
  };
  const walk = (value: unknown, path: Path): unknown => {
    if (typeof value === "string") return textValue(value, path);
    if (Array.isArray(value)) {
      const items = value.map((item, i) => walk(item, [...path, i]));
      return items.map((item) => (item === undefined ? "" : item));
    }
    if (typeof value !== "object" || value === null) return value;
    if (isFileReference(value)) return fileContent(value.file, path);
    // An instance of a class, as a module may export one, is left as it is.
    if (![Object.prototype, null].includes(Object.getPrototypeOf(value))) return value;
    const entries = Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])] as const);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
  };
  return { value: walk(raw, []), references: found, secrets, problems };
}

function isFileReference(value: object): value is { readonly file: string } {
  const [[name, path] = [], ...others] = Object.entries(value);
  return name === "file" && typeof path === "string" && others.length === 0;
}

/** A PEM in one line, as `.env` files have it: with `\n` for its line breaks. */
const unfoldedPem = (text: string): string =>
  text.startsWith("-----BEGIN ") && !text.includes("\n") ? text.replaceAll("\\n", "\n") : text;
