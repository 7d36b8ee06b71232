import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pluginFault } from "@relais/core/spi";
import { nearHint } from "../environment/near-variable.ts";
import { decodeText, isQuoted, isServiceLink, settingText, trimmed } from "../environment/setting-text.ts";
import type { Environment } from "../environment/settings-reader.ts";
import { type Path, type Problem, pathText } from "./problem.ts";

/** A text that is one reference to the environment as a whole, or one that leads nowhere. */
export interface Reference {
  readonly path: Path;
  /** The variable; absent for a file. */
  readonly name?: string;
  /** It has no value: treated as not set where another value than a text is wanted. */
  readonly empty?: boolean;
  /** `${NAME:-}` without a value: its field is left out. */
  readonly leftOut?: boolean;
  readonly quoted?: boolean;
  /** An orchestrator set it. */
  readonly serviceLink?: boolean;
  /** Why it leads nowhere. Told where the field is used: a chain that is not used needs no secrets. */
  readonly faults?: readonly string[];
}

/** By path. */
export type References = ReadonlyMap<string, Reference>;

/** A tree whose references are replaced by what they name. */
export interface Interpolated {
  readonly value: unknown;
  readonly references: References;
  /** Values of environment variables and files: never shown. */
  readonly secrets: ReadonlySet<string>;
}

/** What stands for a value that is not there, so that all else can be checked; it is never used. */
const placeholder = "example.com";

/** The references that lead nowhere, of what stands at a path and below it. */
export function faultsBelow(references: References, place: Path): Problem[] {
  return [...references.values()].flatMap(({ path, faults = [] }) =>
    place.every((part, i) => path[i] === part) ? faults.map((message) => ({ path, message })) : [],
  );
}

const references = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;
const wholeReference = new RegExp(`^${references.source}$`);

/** What other tools write in the place of `${NAME}`: `$NAME`, `{{NAME}}`, `${NAME:default}`, `${env.NAME}`. */
const otherForms =
  /^\$([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)$|^\{\{\s*([A-Za-z_]\w*)\s*\}\}$|\$\{\s*(?:env[.:])?([A-Za-z_]\w*)\s*(?:[:?-][^}]*)?\}/;

function otherFormFault(text: string): string | undefined {
  const found = otherForms.exec(text.replace(references, ""));
  const name = found?.slice(1).find((one) => one !== undefined);
  return name && `names a variable as Relais does not; write \${${name}}, or \${${name}:-default}`;
}

/**
 * Replaces `${NAME}` and `${NAME:-default}` in every text, and `{ file: path }` by the content of the file. What editors
 * and `echo` leave around a value is cut: line breaks at the ends and a byte order mark, and other blanks too unless
 * the field is a password. `${NAME:-}` without a value leaves its field out, and an object of options that has such fields
 * alone. What leads nowhere is noted, not told. Paths are relative to `folder`.
 */
export function interpolate(raw: unknown, env: Environment, folder: string): Interpolated {
  const found = new Map<string, Reference>();
  const secrets = new Set<string>();
  const note = (path: Path, reference: Omit<Reference, "path">): void =>
    void found.set(pathText(path), { path, ...reference });
  const notSet = (name: string): string =>
    `names the environment variable ${name}, which is not set${nearHint(name, env)}`;

  /** The value of a variable; `undefined` if it is not set, or empty. */
  const read = (name: string): string | undefined => {
    const value = env[name];
    return value === undefined || trimmed(value) === "" ? undefined : value;
  };
  const oneReference = (name: string, fallback: string | undefined, path: Path): string | undefined => {
    const value = read(name);
    if (value !== undefined) {
      note(path, { name, quoted: isQuoted(value), serviceLink: isServiceLink(name, value) });
      const text = unfoldedPem(settingText(String(path.at(-1)), value));
      secrets.add(text);
      return text;
    }
    if (fallback === "") {
      note(path, { name, leftOut: true });
      return undefined;
    }
    if (fallback !== undefined) return fallback;
    const isSet = env[name] !== undefined;
    note(path, { name, empty: true, ...(!isSet && { faults: [notSet(name)] }) });
    return isSet ? "" : placeholder;
  };
  const withReferences = (text: string, path: Path): string => {
    let hasSecret = false;
    const faults: string[] = [];
    const filled = text.replace(references, (_all, name: string, fallback: string | undefined) => {
      const value = read(name);
      hasSecret ||= value !== undefined;
      if (value === undefined && fallback === undefined) faults.push(notSet(name));
      return value === undefined ? (fallback ?? placeholder) : trimmed(value);
    });
    const otherForm = otherFormFault(text);
    if (otherForm !== undefined) faults.push(otherForm);
    if (hasSecret) secrets.add(filled);
    if (faults.length > 0) note(path, { faults });
    return filled;
  };
  const textValue = (text: string, path: Path): string | undefined => {
    const [, name, fallback] = wholeReference.exec(text) ?? [];
    return name === undefined ? withReferences(text, path) : oneReference(name, fallback, path);
  };
  const fileContent = (name: string, path: Path): string | undefined => {
    const named = withReferences(name, path);
    if (found.has(pathText(path))) return placeholder;
    if (named === "") return undefined;
    const wrong = (fault: string): void =>
      note(path, { empty: true, faults: [`names the file ${JSON.stringify(name)}, which ${fault}`] });
    try {
      const content = settingText(String(path.at(-1)), decodeText(readFileSync(resolve(folder, named))));
      secrets.add(content);
      if (content.includes("\uFFFD")) wrong("is not in UTF-8");
      return content;
    } catch {
      wrong("cannot be read");
      return placeholder;
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
    // An instance of a class and a plugin, as code may give them, are left as they are.
    if (![Object.prototype, null].includes(Object.getPrototypeOf(value)) || isPlugin(value)) return value;
    const entries = Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])] as const);
    const filled = entries.filter(([, item]) => item !== undefined);
    // A login whose parts are all left out is left out itself: one that production has and a laptop has not.
    if (filled.length === 0 && entries.length > 0 && path.slice(0, -1).includes("options")) return undefined;
    return Object.fromEntries(filled);
  };
  return { value: walk(raw, []), references: found, secrets };
}

function isFileReference(value: object): value is { readonly file: string } {
  const [[name, path] = [], ...others] = Object.entries(value);
  return name === "file" && typeof path === "string" && others.length === 0;
}

const isPlugin = (value: object): boolean => pluginFault(value) === undefined;

/** A PEM in one line, as `.env` files have it: with `\n` for its line breaks. */
const unfoldedPem = (text: string): string =>
  text.startsWith("-----BEGIN ") && !text.includes("\n") ? text.replaceAll("\\n", "\n") : text;
