import { readFileSync, realpathSync } from "node:fs";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigurationError } from "../configuration-error.ts";
import { textOf } from "../text-of.ts";
import { jsonFault, type TextPlace } from "./json-fault.ts";
import { loadModule } from "./load-module.ts";

// What parsers say of a mistake shows the text around it, which may be a secret. Said is where it is, and in our words what.

class Fault extends Error {}

const placed = (place: TextPlace | undefined, what: string): Fault =>
  new Fault(place === undefined ? what : `line ${place.line}, column ${place.column}: ${what}`);

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw placed(text.trim() === "" ? undefined : jsonFault(text), "it is not JSON");
  }
}

const yamlFaults: Readonly<Record<string, string>> = {
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

async function parsedYaml(text: string): Promise<unknown> {
  const { LineCounter, parseDocument } = await import("yaml");
  const lines = new LineCounter();
  // Lone CRs are line ends for editors, and not for the parser.
  const document = parseDocument(text.replace(/\r(?!\n)/g, "\n"), {
    lineCounter: lines,
    strict: true,
    prettyErrors: false,
  });
  const [first] = [...document.errors, ...document.warnings];
  if (first !== undefined) {
    const { line, col } = lines.linePos(first.pos[0]);
    throw placed({ line, column: col }, yamlFaults[first.code] ?? "it is not YAML");
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw new Fault("an alias (a value that begins with *) leads nowhere; put the value in quotes");
  }
}

/** What a module threw: only its kind, and the line of the file, since the message may quote anything. */
function moduleFault(error: unknown, path: string): Fault {
  const { name = "it threw", message = "", code, stack = "" } = error as Error & { readonly code?: string };
  const missing = /^Cannot find \w+ '([^']+)'/.exec(message)?.[1];
  if (code === "ERR_MODULE_NOT_FOUND" && missing !== undefined)
    return new Fault(`it imports ${JSON.stringify(missing)}, which cannot be found`);
  const lines = [pathToFileURL(path).href, path].map(
    (file) => /^(?:\?v=\d+)?:(\d+)/.exec(stack.split(file)[1] ?? "")?.[1],
  );
  const line = lines.find((one) => one !== undefined);
  const what = code === undefined ? name : `${name} (${code})`;
  if (line !== undefined) return new Fault(`line ${line}: ${what}`);
  return new Fault(name === "SyntaxError" ? `${what}; node --check shows the place` : what);
}

async function loadedModule(link: string): Promise<unknown> {
  // Node.js remembers where a link led when it first looked: a ConfigMap that was swapped would never be seen.
  const path = realpathSync(link);
  let module: { readonly default?: unknown };
  try {
    module = await loadModule(path);
  } catch (error) {
    throw moduleFault(error, path);
  }
  if (module.default === undefined) throw new Fault("it has no default export");
  return module.default;
}

async function parsed(path: string): Promise<unknown> {
  const end = extname(path);
  if (end === ".json") return parsedJson(textOf(readFileSync(path)));
  if (end === ".yaml" || end === ".yml") return parsedYaml(textOf(readFileSync(path)));
  return loadedModule(path);
}

/**
 * What a configuration file holds, not yet checked.
 * @throws {ConfigurationError} one sentence that names the file and the place in it, without anything that stands there
 */
export async function readConfig(path: string): Promise<unknown> {
  try {
    return await parsed(path);
  } catch (error) {
    const why = error instanceof Fault ? error.message : (error as NodeJS.ErrnoException).code;
    throw new ConfigurationError([`${path} cannot be read${why === undefined ? "" : `: ${why}`}.`]);
  }
}
