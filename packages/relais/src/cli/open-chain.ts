import { resolve } from "node:path";
import type { Chain, Observer } from "@relais/core";
import { chainFromEnv } from "../chain-from-env.ts";
import { findConfig } from "../config/find-config.ts";
import { loadChain } from "../config/load-chain.ts";
import type { Shell } from "./shell.ts";

/** Where a command gets its chain from. */
export interface ChainFlags {
  readonly config?: string;
  readonly dsn?: string;
  readonly chain?: string;
}

/** A chain, and what it amounts to if it came out of a configuration. */
export interface Opened {
  readonly chain: Chain;
  readonly from: string;
  readonly effective?: unknown;
}

/**
 * `--dsn`, `--config`, a configuration file from the working folder upwards, or the environment, in this order.
 * @throws {ConfigurationError} all that is wrong
 */
export async function openChain(
  flags: ChainFlags,
  shell: Shell,
  observers: readonly Observer[] = [],
): Promise<Opened> {
  const { config, dsn, chain: name } = flags;
  const { cwd, env } = shell;
  if (dsn === undefined && config === undefined && findConfig(cwd) === undefined) {
    return { chain: chainFromEnv(env, { observers }), from: "the environment" };
  }
  const file = config === undefined ? undefined : resolve(cwd, config);
  const chain = await loadChain({ cwd, env, name, dsn, file, observers });
  return { chain, from: chain.file ?? "the DSN", effective: chain.effective() };
}
