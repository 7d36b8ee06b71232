import { resolve } from "node:path";
import type { Chain, Observer } from "@relais/core";
import { findConfig } from "../config/config-file.ts";
import { type LoadedChain, loadChain } from "../config/load-chain.ts";
import { chainFromEnv } from "../environment/chain-from-env.ts";
import type { CliContext } from "./cli-context.ts";
import type { ChainFlags } from "./flags.ts";

/** A chain, and what it amounts to if it comes from a configuration. */
export interface OpenedChain {
  readonly chain: Chain | LoadedChain;
  readonly from: string;
  readonly effective?: unknown;
}

/**
 * `--dsn`, `--config`, a configuration file from the working folder upwards, or the environment, in this order.
 * @throws {ConfigurationError} all that is wrong
 */
export async function openChain(
  { config, dsn, chain: name }: ChainFlags,
  { cwd, env }: CliContext,
  observers: readonly Observer[] = [],
): Promise<OpenedChain> {
  if (dsn === undefined && config === undefined && findConfig(cwd) === undefined)
    return { chain: chainFromEnv(env, { observers }), from: "the environment" };
  const file = config === undefined ? undefined : resolve(cwd, config);
  const chain = await loadChain({ cwd, env, name, dsn, file, observers });
  return { chain, from: chain.file ?? "the DSN", effective: chain.effective() };
}
