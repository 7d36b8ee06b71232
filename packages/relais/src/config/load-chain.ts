import type { Chain, ChainOptions, Link } from "@relais/core";
import type { BuiltChain } from "./build-chain.ts";

import { maskSecrets } from "./mask-secrets.ts";
import type { ConfigSource } from "./relais-config.ts";

export interface LoadOptions extends ConfigSource {
  /** Which of `chains`. @defaultValue `chain`, or the only one there is */
  readonly name?: string | undefined;
  readonly observers?: ChainOptions["observers"];
  readonly journal?: ChainOptions["journal"];
  readonly prepare?: ChainOptions["prepare"];
}

/** A chain that comes from a configuration and can be read again. */
export interface LoadedChain extends Chain {
  /** The file it comes from, if it comes from one. */
  readonly file: string | undefined;
  /** What the configuration amounts to, defaults filled in, secrets masked. */
  effective(): unknown;
  /**
   * Reads the configuration again. Messages under way end on the old chain, later ones go to the new one. If the new
   * one is wrong this rejects with `ConfigurationError`, and the old one stays. Two calls at once read one after the
   * other.
   */
  reload(): Promise<void>;
}

/**
 * The chain that a configuration describes, checked whole before anything connects.
 * @throws {ConfigurationError} all mistakes at once, a sentence each, never with a secret
 */
export async function loadChain(options: LoadOptions = {}): Promise<LoadedChain> {
  const { observers, journal, prepare, name, ...source } = options;
  // zod is loaded with these: for those who read configurations alone.
  const { configFileOf, loadConfig } = await import("./load-config.ts");
  const { buildChain } = await import("./build-chain.ts");
  const file = configFileOf(source);
  const build = async (): Promise<BuiltChain & { readonly secrets: ReadonlySet<string> }> => {
    const config = await loadConfig({ ...source, file: file ?? source.file });
    const chainOptions = { ...(observers && { observers }), ...(journal && { journal }), prepare };
    return { ...(await buildChain(config, { name, ...chainOptions })), secrets: config.secrets };
  };
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
    file,
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
