import { resolve } from "node:path";
import type { Command } from "commander";
import { findConfig } from "../../config/find-config.ts";
import { readConfig } from "../../config/read-config.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Shell } from "../shell.ts";
import { candidates, type ValuesOf } from "./candidates.ts";

/** A name is put on a command line as it stands: those that a shell would read otherwise are not offered. */
const plainName = /^[\w.@%+-]+$/;

/** Names of chains, where the configuration can be read without running it: a key pressed must not run a file. */
async function chainNames(file: string | undefined): Promise<string[]> {
  if (file === undefined || !/\.(?:json|ya?ml)$/.test(file)) return [];
  const config = (await readConfig(file)) as { readonly chains?: object } | null;
  return Object.keys(config?.chains ?? {}).filter((name) => plainName.test(name));
}

const valuesFrom =
  (cwd: string): ValuesOf =>
  async (flag, given) => {
    const file = given.get("config");
    if (flag === "chain") return chainNames(file === undefined ? findConfig(cwd) : resolve(cwd, file));
    if (flag === "phase") return (await import("@relais/smtp/replies")).phases;
    return [];
  };

/** `relais complete -- WORDS…`, which the scripts run: candidates a line, or `:files`. Never says what is wrong. */
export async function completeCommand(
  program: Command,
  args: readonly string[],
  shell: Shell,
): Promise<ExitCode> {
  const words = args[0] === "--" ? args.slice(1) : args;
  const found = await candidates(program, words, valuesFrom(shell.cwd)).catch(() => []);
  if (found === "files") shell.out(":files");
  else for (const { value, what } of found) shell.out(`${value}\t${what}`);
  return exitCodes.ok;
}
