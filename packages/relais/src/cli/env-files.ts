import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { configFileOf } from "../config/config-file.ts";
import { decodeText, trimmed } from "../environment/setting-text.ts";
import { ConfigurationError } from "../environment/settings-reader.ts";
import type { CliContext } from "./cli-context.ts";

/** The flags that say which files of variables a command reads. */
export interface EnvFlags {
  readonly config?: string;
  readonly dsn?: string;
  /** `false` with `--no-env-file`. */
  readonly envFile?: readonly string[] | boolean;
}

/**
 * Reads the files of `--env-file`, the last of which wins, or else the `.env` beside the configuration, into the
 * environment. What is set already stays. Where NODE_ENV is production no file is read that nobody named: one that was
 * copied into an image by mistake would decide where mail goes.
 * @throws {ConfigurationError} a file that was named cannot be read
 */
export function readEnvFiles({ config, dsn, envFile }: EnvFlags, context: CliContext): void {
  const { cwd, env } = context;
  if (envFile === false) return;
  const named = Array.isArray(envFile) ? envFile.map((file) => resolve(cwd, file)) : undefined;
  const files = named ?? foundFile({ file: config, dsn, cwd, env });
  const variables = Object.assign({}, ...files.map(variablesIn));
  for (const [name, value] of Object.entries<string>(variables)) env[name] ??= value;
  context.envFiles = files;
}

function foundFile(source: Parameters<typeof configFileOf>[0] & { readonly cwd: string }): string[] {
  if (trimmed(source.env?.NODE_ENV ?? "") === "production") return [];
  const { file } = configFileOf(source) ?? {};
  const beside = join(file === undefined ? source.cwd : dirname(file), ".env");
  return existsSync(beside) ? [beside] : [];
}

function variablesIn(file: string): NodeJS.Dict<string> {
  try {
    return parseEnv(decodeText(readFileSync(file)));
  } catch (error) {
    throw new ConfigurationError([`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}.`]);
  }
}
