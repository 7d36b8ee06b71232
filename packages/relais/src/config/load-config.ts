import { dirname, resolve } from "node:path";
import { type OptionsSchema, optionMessage } from "@relais/core/spi";
import { ConfigurationError, type Environment } from "../environment/settings-reader.ts";
import { configFileOf, type FoundConfig, type LineFinder, readConfigFile } from "./config-file.ts";
import { fileSchema, otherWords } from "./config-schema.ts";
import { faultsBelow, interpolate, type References } from "./interpolate.ts";
import { parseDsn } from "./parse-dsn.ts";
import { type Problem, problemSentence } from "./problem.ts";
import type { ConfigSource, RelaisConfig } from "./relais-config.ts";
import { validate } from "./validate.ts";

/**
 * A configuration whose references are replaced and whose own fields are checked and have their types. The entries of
 * its chains are checked where they are built, by the schemas of their plugins.
 */
export interface Config {
  readonly values: RelaisConfig;
  /** The folder of the file, or `cwd`: packages and files that the configuration names are looked for there. */
  readonly folder: string;
  readonly env: Environment;
  readonly references: References;
  /** Values of environment variables and files: never shown. */
  readonly secrets: ReadonlySet<string>;
  /** References of the sections that lead nowhere; of chains they are told where these are built. */
  readonly problems: readonly Problem[];
  /** All problems as sentences, each with the file and the line if there is a file. */
  errorOf(problems: readonly Problem[]): Promise<ConfigurationError>;
}

/** Counts that may have no bound: `.inf` of YAML, `Infinity` of a module. */
const unbounded: ReadonlySet<string> = new Set(["consecutiveTimeouts", "budget", "bytes", "queue"]);

/** zod takes finite numbers alone. What stands under `options` is the provider's own. */
function withFiniteCounts(value: unknown, name?: string): unknown {
  if (value === Number.POSITIVE_INFINITY && name !== undefined && unbounded.has(name))
    return Number.MAX_SAFE_INTEGER;
  if (name === "options" || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => withFiniteCounts(one));
  if (![Object.prototype, null].includes(Object.getPrototypeOf(value))) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withFiniteCounts(one, key)]));
}

/** A zod schema with our sentences. */
export const worded = (schema: typeof fileSchema): OptionsSchema<unknown> => ({
  "~standard": {
    version: 1,
    vendor: "relais",
    validate: (value) => {
      const result = schema.safeParse(withFiniteCounts(value), {
        error: (issue) => optionMessage(issue, otherWords),
      });
      return result.success ? { value: result.data } : { issues: result.error.issues };
    },
  },
});

/**
 * The one way from a file, a DSN or an object to checked values, for chains and for the outbox.
 * @param sections reads these alone: a command needs no secrets of sections that it does not use
 * @param from the file, if it is known already
 * @throws {ConfigurationError} if the configuration's own fields are wrong, a sentence each
 */
export async function loadConfig(
  source: ConfigSource,
  sections?: readonly (keyof RelaisConfig)[],
  from: FoundConfig | undefined = configFileOf(source),
): Promise<Config> {
  const { config, dsn, cwd = ".", env = process.env } = source;
  const { file, found } = from ?? {};
  const folder = file === undefined ? resolve(cwd) : dirname(file);
  const { value: written, lineOf } =
    file === undefined
      ? { value: config !== undefined ? config : parseDsn(dsn ?? ""), lineOf: undefined }
      : await readConfigFile(file);
  const { value, ...interpolated } = interpolate(picked(written, sections), env, folder);
  // Whoever has forgotten it cannot know that it is read.
  const hint =
    found && folder !== resolve(cwd)
      ? [
          `${file} was found above ${resolve(cwd)}; --config, RELAIS_CONFIG or loadChain({ file }) name another.`,
        ]
      : [];
  const errorOf = (problems: readonly Problem[]) => configurationError(problems, file, lineOf, hint);
  const result = await validate(worded(fileSchema), value, [], interpolated.references);
  if ("problems" in result && result.problems.length > 0) throw await errorOf(result.problems);
  const values = ("value" in result ? result.value : value) as RelaisConfig;
  const problems = sections === undefined ? [] : faultsBelow(interpolated.references, []);
  return { values, folder, env, ...interpolated, problems, errorOf };
}

function picked(written: unknown, sections: readonly (keyof RelaisConfig)[] | undefined): unknown {
  if (sections === undefined) return written;
  const fields = Object.entries(written ?? {}).filter(([name]) => sections.some((one) => one === name));
  return Object.fromEntries(fields);
}

async function configurationError(
  problems: readonly Problem[],
  file: string | undefined,
  lineOf: LineFinder | undefined,
  hint: readonly string[],
): Promise<ConfigurationError> {
  const sentences: string[] = [];
  for (const problem of problems) {
    const { path, key } = problem;
    const line = await lineOf?.(key === undefined ? path : [...path, key]);
    const place = line === undefined ? file : `${file}, line ${line}`;
    sentences.push(`${place === undefined ? "" : `${place}: `}${problemSentence(problem)}`);
  }
  return new ConfigurationError([...new Set([...sentences, ...hint])]);
}
