import type { Observer } from "@relais/core";
import { type LoadedChain, loadChain } from "../config/load-chain.ts";
import type { CliContext } from "./cli-context.ts";
import type { ChainFlags } from "./flags.ts";

/** A chain, and where it comes from, in words. */
export interface OpenedChain {
  readonly chain: LoadedChain;
  readonly from: string;
}

/**
 * `--dsn`, `--config`, a configuration file from the working folder upwards, or the environment, in this order.
 * @throws {ConfigurationError} all that is wrong
 */
export async function openChain(
  { config: file, dsn, chain: name }: ChainFlags,
  { cwd, env, envFiles = [] }: CliContext,
  observers: readonly Observer[] = [],
): Promise<OpenedChain> {
  const chain = await loadChain({ cwd, env, name, dsn, file, observers });
  const from = [chain.file ?? (dsn === undefined ? "the environment" : "the DSN"), ...envFiles];
  return { chain, from: from.join(" with ") };
}
