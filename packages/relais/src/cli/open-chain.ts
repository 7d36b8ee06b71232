import type { Observer } from "@relais/core";
import { type LoadedChain, loadChain } from "../config/load-chain.ts";
import { noProvider, senderFromEnv } from "../environment/chain-from-env.ts";
import { ConfigurationError } from "../environment/settings-reader.ts";
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

/** A chain, and the sender of messages that name none; or why there is no chain, told by whoever needs it. */
export interface SendingChain {
  readonly from: string | undefined;
  /** @throws {ConfigurationError} all that is wrong */
  chain(): LoadedChain;
  /** @throws {ConfigurationError} why a message has no sender: the chain that has one is wrong */
  checkSender(): void;
  close(): Promise<void>;
}

/** The same as `openChain`; a message can be made without a chain, for a dry run say. */
export async function sendingChain(flags: ChainFlags, context: CliContext): Promise<SendingChain> {
  let chain: LoadedChain | undefined;
  let fault: ConfigurationError | undefined;
  try {
    ({ chain } = await openChain(flags, context));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    fault = error;
  }
  return {
    from: chain?.from ?? senderFromEnv(context.env),
    chain() {
      if (chain === undefined) throw fault;
      return chain;
    },
    checkSender() {
      if (fault !== undefined && !fault.problems[0]?.startsWith(noProvider)) throw fault;
    },
    close: async () => chain?.close(),
  };
}
