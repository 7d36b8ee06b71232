import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Document, LineCounter, Node } from "yaml";
import { decodeText } from "../environment/setting-text.ts";
import { ConfigurationError, settingsReader } from "../environment/settings-reader.ts";
import { loadModule } from "./load-module.ts";
import type { Path } from "./problem.ts";
import type { ConfigSource } from "./relais-config.ts";

/** The line of a field, or of the nearest one around it that is there. */
export type LineFinder = (path: Path) => Promise<number | undefined>;

/** What a configuration file holds, not yet checked. */
export interface ConfigFile {
  readonly value: unknown;
  /** Absent for a module: what it exports has no lines. */
  readonly lineOf?: LineFinder;
}

/** File names that are looked for, in this order. */
export const configNames: readonly string[] = ["ts", "mts", "js", "mjs", "json", "yaml", "yml"].map(
  (extension) => `relais.config.${extension}`,
);

/** The first configuration file from `folder` upwards. */
function findConfig(folder: string): string | undefined {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const found = configNames.map((name) => join(current, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (dirname(current) === current) return undefined;
  }
}

/** The file that a configuration comes from. */
export interface FoundConfig {
  readonly file: string;
  /** Nobody named it: it was looked for. */
  readonly found: boolean;
}

/** `file`, `RELAIS_CONFIG`, or the first from `cwd` upwards; `undefined` for an object, a DSN, or if there is none. */
export function configFileOf({
  file,
  config,
  dsn,
  cwd = ".",
  env = process.env,
}: ConfigSource): FoundConfig | undefined {
  if (config !== undefined || dsn !== undefined) return undefined;
  const named = file ?? settingsReader(env).text("RELAIS_CONFIG");
  if (named !== undefined) return { file: resolve(cwd, named), found: false };
  const above = findConfig(cwd);
  return above === undefined ? undefined : { file: above, found: true };
}

/** @throws {ConfigurationError} one sentence that names the file and the place in it, without any of its text */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  try {
    const extension = extname(path);
    if (extension === ".json") return parseJson(decodeText(readFileSync(path)));
    if (extension === ".yaml" || extension === ".yml") return await parseYaml(decodeText(readFileSync(path)));
    return { value: await importModule(path) };
  } catch (error) {
    const reason = error instanceof Unreadable ? error.message : (error as NodeJS.ErrnoException).code;
    throw new ConfigurationError([`${path} cannot be read${reason === undefined ? "" : `: ${reason}`}.`]);
  }
}

/** Why a file cannot be read, in our words: a parser's own show the text around a mistake, which may be a secret. */
class Unreadable extends Error {}

const unreadableAt = (place: TextPlace | undefined, reason: string): Unreadable =>
  new Unreadable(place === undefined ? reason : `line ${place.line}, column ${place.column}: ${reason}`);

function parseJson(text: string): ConfigFile {
  try {
    // JSON is YAML: that parser knows the lines, and is loaded when one is wanted.
    return { value: JSON.parse(text), lineOf: async (path) => lineIn(await yamlDocument(text), path) };
  } catch {
    throw unreadableAt(text.trim() === "" ? undefined : jsonErrorPlace(text), "it is not JSON");
  }
}

const yamlErrors: Readonly<Record<string, string>> = {
  ALIAS_PROPS: "an alias has something beside it",
  BAD_INDENT: "the indentation is wrong",
  BAD_SCALAR_START: "a value begins with a character that must stand in quotes",
  BLOCK_AS_IMPLICIT_KEY: "a mapping stands where a value is wanted",
  DUPLICATE_KEY: "a key is there twice",
  MISSING_CHAR: "a character is missing: a quote, a bracket, a comma or a blank",
  MULTIPLE_DOCS: "another document begins",
  MULTILINE_IMPLICIT_KEY: "a key has several lines",
  TAB_AS_INDENT: "a tab stands in the indentation",
  TAG_RESOLVE_FAILED: "a value begins with !, which makes it a tag; put it in quotes",
  UNEXPECTED_TOKEN: "something stands behind the end of a value",
};

async function parseYaml(text: string): Promise<ConfigFile> {
  const parsed = await yamlDocument(text);
  const { document, lines } = parsed;
  const [first] = [...document.errors, ...document.warnings];
  if (first !== undefined) {
    const { line, col } = lines.linePos(first.pos[0]);
    const reason = (await unquotedReference(text, document)) ?? yamlErrors[first.code] ?? "it is not YAML";
    throw unreadableAt({ line, column: col }, reason);
  }
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), lineOf: async (path) => lineIn(parsed, path) };
  } catch {
    throw new Unreadable("an alias (a value that begins with *) leads nowhere; put the value in quotes");
  }
}

/** The remedy, if quotes around references leave less wrong: within `{ }` and `[ ]` YAML takes their braces for its own. */
async function unquotedReference(text: string, { errors }: Document): Promise<string | undefined> {
  const bare = /(?<!["'\w$])\$\{[^}"'\r\n]*\}/g;
  const [reference] = bare.exec(text) ?? [];
  if (reference === undefined) return undefined;
  const { document } = await yamlDocument(text.replace(bare, (one) => `"${one}"`));
  if (document.errors.length >= errors.length) return undefined;
  return `put \${…} in quotes, as in "\${NAME}": its braces are YAML of their own within { } and [ ]`;
}

interface YamlDocument {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly yaml: typeof import("yaml");
}

async function yamlDocument(text: string): Promise<YamlDocument> {
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  // Lone CRs are line ends for editors, and not for the parser.
  const document = yaml.parseDocument(text.replace(/\r(?!\n)/g, "\n"), {
    lineCounter: lines,
    strict: true,
    prettyErrors: false,
  });
  return { document, lines, yaml };
}

function lineIn({ document, lines, yaml }: YamlDocument, path: Path): number | undefined {
  let node: unknown = document.contents;
  let offset = (node as Node | null)?.range?.[0];
  for (const part of path) {
    if (yaml.isAlias(node)) node = node.resolve(document);
    if (yaml.isMap(node)) {
      const pair = node.items.find(
        ({ key }) => String(yaml.isScalar(key) ? key.value : key) === String(part),
      );
      if (pair === undefined) break;
      offset = (pair.key as Node | null)?.range?.[0] ?? offset;
      node = pair.value;
    } else if (yaml.isSeq(node) && node.items[Number(part)] !== undefined) {
      node = node.items[Number(part)];
      offset = (node as Node).range?.[0] ?? offset;
    } else break;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

/** A place in a text, each counted from 1. */
interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** The place of an offset. A line ends with LF, CRLF or CR. */
export function placeOf(text: string, offset: number): TextPlace {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

const blank = /[ \t\r\n]*/y;
const word = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/** Where a text stops being JSON (RFC 8259), `undefined` if it does not. V8 tells the place of some mistakes only. */
export function jsonErrorPlace(text: string): TextPlace | undefined {
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.test(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const token = (pattern: RegExp): boolean => {
    take(blank);
    return take(pattern);
  };
  const next = (sign: string): boolean => {
    take(blank);
    const found = text[at] === sign;
    if (found) at += 1;
    return found;
  };
  const list = (end: string, item: () => boolean): boolean => {
    if (next(end)) return true;
    do {
      if (!item()) return false;
    } while (next(","));
    return next(end);
  };
  const value = (): boolean => {
    if (next("{")) return list("}", () => token(string) && next(":") && value());
    if (next("[")) return list("]", value);
    return token(string) || token(word);
  };
  const isValue = value();
  take(blank);
  return isValue && at === text.length ? undefined : placeOf(text, at);
}

async function importModule(link: string): Promise<unknown> {
  // Node.js remembers where a link led when it first looked: a ConfigMap that was swapped would never be seen.
  const path = realpathSync(link);
  let module: { readonly default?: unknown };
  try {
    module = await loadModule(path);
  } catch (error) {
    throw moduleError(error, path);
  }
  if (module.default === undefined) throw new Unreadable("it has no default export");
  return module.default;
}

/**
 * What a module threw, and the line of the file. What it says itself is told; of Node.js and the parser only the kind,
 * since they quote the text.
 */
function moduleError(error: unknown, path: string): Unreadable {
  const { name = "it threw", message = "", code, stack = "" } = error as Error & { readonly code?: string };
  const missing = /^Cannot find \w+ '([^']+)'/.exec(message)?.[1];
  if (code === "ERR_MODULE_NOT_FOUND" && missing !== undefined)
    return new Unreadable(`it imports ${JSON.stringify(missing)}, which cannot be found`);
  const lines = [pathToFileURL(path).href, path].map(
    (file) => /^(?:\?v=\d+)?:(\d+)/.exec(stack.split(file)[1] ?? "")?.[1],
  );
  const line = lines.find((one) => one !== undefined);
  const secrets = Object.entries(process.env).filter(([one]) =>
    /pass|secret|key|token|auth|url|dsn/i.test(one),
  );
  const masked = secrets.reduce((text, [, one]) => (one ? text.replaceAll(one, "***") : text), message);
  const isOwn = code === undefined && name === "Error" && message !== "";
  const said = isOwn ? `: ${masked.replace(/\s+/g, " ").trim().slice(0, 200).replace(/\.$/, "")}` : "";
  const what = code === undefined ? `${name}${said}` : `${name} (${code})`;
  if (line !== undefined) return new Unreadable(`line ${line}: ${what}`);
  return new Unreadable(name === "SyntaxError" ? `${what}; node --check shows the place` : what);
}
