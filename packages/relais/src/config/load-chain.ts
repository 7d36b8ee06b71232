import { resolve } from "node:path";
import type { Chain, ChainOptions, Link, Observer } from "@relais/core";
import { chainFromEnv, noProvider, senderFromEnv } from "../environment/chain-from-env.ts";
import { unsubscribeFromEnv } from "../environment/secrets-from-env.ts";
import { ConfigurationError, settingsReader } from "../environment/settings-reader.ts";
import type { BuiltChain } from "./build-chain.ts";
import { configFileOf, configNames } from "./config-file.ts";
import { maskSecrets } from "./mask-secrets.ts";
import type { ConfigSource } from "./relais-config.ts";

export interface LoadOptions extends ConfigSource {
  /** Which of `chains`. @defaultValue `RELAIS_CHAIN` of the environment (not for a DSN), `chain`, or the only one there is */
  readonly name?: string | undefined;
  readonly observers?: ChainOptions["observers"];
  readonly journal?: ChainOptions["journal"];
  readonly prepare?: ChainOptions["prepare"];
}

/** A chain that comes from a configuration and can be read again. */
export interface LoadedChain extends Chain {
  /** The file it comes from, if it comes from one. */
  readonly file: string | undefined;
  /** The sender of messages that name none. */
  readonly from: string | undefined;
  /** What the configuration amounts to, defaults filled in, secrets masked; of the environment its providers alone. */
  effective(): unknown;
  /**
   * Reads the configuration again. Messages under way end on the old chain, later ones go to the new one. If the new
   * one is wrong this rejects with `ConfigurationError`, and the old one stays. Two calls at once read one after the
   * other.
   */
  reload(): Promise<void>;
}

/** What is read at once, with what must not be shown of it. */
type Read = Pick<BuiltChain, "chain"> & {
  readonly from: string | undefined;
  readonly effective: unknown;
  readonly secrets: ReadonlySet<string>;
};

/**
 * The chain that a configuration describes, checked whole before anything connects; without one, the chain that the
 * environment describes (see `chainFromEnv`). Of several chains only the one that is used needs its variables and files.
 * @throws {ConfigurationError} all mistakes at once, a sentence each, never with a secret
 */
export async function loadChain(options: LoadOptions = {}): Promise<LoadedChain> {
  const { observers, journal, prepare, name: wanted, ...source } = options;
  const { cwd = ".", env = process.env, config: given, dsn } = source;
  const name = wanted ?? (dsn === undefined ? settingsReader(env).text("RELAIS_CHAIN") : undefined);
  const chainOptions = { ...(observers && { observers }), ...(journal && { journal }), prepare };
  const from = configFileOf(source);
  const fromEnv = async (): Promise<Read> => {
    const none = `There is no ${configNames[0]} (or .js, .json, .yaml) in ${resolve(cwd)} or above it`;
    if (name !== undefined) throw new ConfigurationError([`${none}, and so no chain called ${name}.`]);
    try {
      const chain = chainFromEnv(env, chainOptions);
      const from = senderFromEnv(env);
      return { chain, from, effective: { chain: chain.links.map(({ id }) => ({ id })) }, secrets: new Set() };
    } catch (error) {
      const isEmpty = error instanceof ConfigurationError && error.problems[0]?.startsWith(noProvider);
      throw isEmpty ? new ConfigurationError([...error.problems, `${none}.`]) : error;
    }
  };
  const fromConfig = async (): Promise<Read> => {
    // zod is loaded with these: for those who read configurations alone.
    const { loadConfig } = await import("./load-config.ts");
    const { buildChain } = await import("./build-chain.ts");
    const config = await loadConfig(source, undefined, from);
    const read = settingsReader(env);
    const unsubscribe = unsubscribeFromEnv(read);
    if (read.problems.length > 0) throw new ConfigurationError(read.problems);
    const built = await buildChain(config, { name, unsubscribe, ...chainOptions });
    return { ...built, from: built.effective.from, secrets: config.secrets };
  };
  const build = from === undefined && given === undefined && dsn === undefined ? fromEnv : fromConfig;
  let current = await build();
  let closed = false;
  let reloading: Promise<unknown> = Promise.resolve();
  const retired = new Set<Promise<void>>();

  const reload = async (): Promise<void> => {
    const next = await build();
    if (closed) return next.chain.close();
    const old = current.chain;
    current = next;
    const closing = old.close().finally(() => retired.delete(closing));
    retired.add(closing);
  };
  const close = async (): Promise<void> => {
    closed = true;
    await Promise.all([current.chain.close(), ...retired]);
  };

  return Object.freeze({
    get id(): string {
      return current.chain.id;
    },
    get links(): readonly Link[] {
      return current.chain.links;
    },
    get observers(): readonly Observer[] {
      return current.chain.observers;
    },
    file: from?.file,
    get from(): string | undefined {
      return current.from;
    },
    send: (...args: Parameters<Chain["send"]>) => current.chain.send(...args),
    verify: (...args: Parameters<Chain["verify"]>) => current.chain.verify(...args),
    effective: () => maskSecrets(current.effective, current.secrets),
    reload() {
      // One after the other: what is read last is in force, however long each takes.
      const turn = reloading.then(reload);
      reloading = turn.catch(() => undefined);
      return turn;
    },
    close,
    [Symbol.asyncDispose]: close,
  });
}
