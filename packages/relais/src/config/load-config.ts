import { dirname, resolve } from "node:path";
import { type OptionsSchema, optionMessage } from "@relais/core/spi";
import { ConfigurationError, type Environment } from "../environment/settings-reader.ts";
import { configNames, findConfig, type LineFinder, readConfigFile } from "./config-file.ts";
import { fileSchema } from "./config-schema.ts";
import { interpolate, type Reference } from "./interpolate.ts";
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
  readonly references: ReadonlyMap<string, Reference>;
  /** Values of environment variables and files: never shown. */
  readonly secrets: ReadonlySet<string>;
  /** What is wrong so far: references that lead nowhere. */
  readonly problems: readonly Problem[];
  /** All problems as sentences, each with the file and the line if there is a file. */
  errorOf(problems: readonly Problem[]): Promise<ConfigurationError>;
}

/** A zod schema with our sentences. */
export const worded = (schema: typeof fileSchema): OptionsSchema<unknown> => ({
  "~standard": {
    version: 1,
    vendor: "relais",
    validate: (value) => {
      const result = schema.safeParse(value, { error: optionMessage });
      return result.success ? { value: result.data } : { issues: result.error.issues };
    },
  },
});

/** The file of a configuration, if it comes from one. @throws {ConfigurationError} there is none */
export function configFileOf({ file, config, dsn, cwd = "." }: ConfigSource): string | undefined {
  if (config !== undefined || dsn !== undefined) return undefined;
  const path = file === undefined ? findConfig(cwd) : resolve(cwd, file);
  if (path !== undefined) return path;
  throw new ConfigurationError([
    `There is no ${configNames[0]} (or .js, .json, .yaml) in ${resolve(cwd)} or above it.`,
  ]);
}

/**
 * The one way from a file, a DSN or an object to checked values, for chains and for the outbox.
 * @param sections reads these alone: a command needs no secrets of sections that it does not use
 * @throws {ConfigurationError} if the configuration's own fields are wrong, a sentence each
 */
export async function loadConfig(
  source: ConfigSource,
  sections?: readonly (keyof RelaisConfig)[],
): Promise<Config> {
  const { config, dsn, cwd = ".", env = process.env } = source;
  const file = configFileOf(source);
  const folder = file === undefined ? resolve(cwd) : dirname(file);
  const { value: written, lineOf } =
    file === undefined
      ? { value: config !== undefined ? config : parseDsn(dsn as string), lineOf: undefined }
      : await readConfigFile(file);
  const { value, ...interpolated } = interpolate(picked(written, sections), env, folder);
  const errorOf = (problems: readonly Problem[]) => configurationError(problems, file, lineOf);
  const result = await validate(worded(fileSchema), value, [], interpolated.references);
  if ("problems" in result) throw await errorOf([...interpolated.problems, ...result.problems]);
  return { values: result.value as RelaisConfig, folder, env, ...interpolated, errorOf };
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
): Promise<ConfigurationError> {
  const sentences: string[] = [];
  for (const problem of problems) {
    const { path, key } = problem;
    const line = await lineOf?.(key === undefined ? path : [...path, key]);
    const place = line === undefined ? file : `${file}, line ${line}`;
    sentences.push(`${place === undefined ? "" : `${place}: `}${problemSentence(problem)}`);
  }
  return new ConfigurationError([...new Set(sentences)]);
}
