import { dirname, resolve } from "node:path";
import type { Chain, ChainOptions, Link } from "@relais/core";
import { ConfigurationError } from "../configuration-error.ts";
import type { Built } from "./build-chain.ts";
import type { EffectiveChain } from "./effective-config.ts";
import { configNames, findConfig } from "./find-config.ts";
import { masked } from "./masked.ts";
import { parseDsn } from "./parse-dsn.ts";
import { readConfig } from "./read-config.ts";
import type { RelaisConfig } from "./relais-config.ts";

export interface LoadOptions {
  /** A configuration file. @defaultValue the first `relais.config.{ts,mts,js,mjs,json,yaml,yml}` from `cwd` upwards */
  readonly file?: string | undefined;
  /** A configuration, instead of a file. */
  readonly config?: RelaisConfig | undefined;
  /** The short form, instead of a file: see `parseDsn`. */
  readonly dsn?: string | undefined;
  /** Which of `chains`. @defaultValue `chain`, or the only one there is */
  readonly name?: string | undefined;
  /** @defaultValue `process.cwd()` */
  readonly cwd?: string | undefined;
  /** @defaultValue `process.env` */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly observers?: ChainOptions["observers"];
  readonly journal?: ChainOptions["journal"];
}

/** A chain that came out of a configuration and can be read again. */
export interface LoadedChain extends Chain {
  /** Where it came from, if it was a file. */
  readonly file: string | undefined;
  /** What the configuration amounts to, defaults filled in, secrets masked. */
  effective(): unknown;
  /**
   * Reads the configuration again. What is under way ends on the old chain, what comes goes to the new one. If the new
   * one is wrong this rejects with `ConfigurationError`, and the old one goes on. Two calls at once read one after the
   * other.
   */
  reload(): Promise<void>;
}

function place(options: LoadOptions): { readonly file: string | undefined; readonly folder: string } {
  const cwd = resolve(options.cwd ?? ".");
  if (options.config !== undefined || options.dsn !== undefined) return { file: undefined, folder: cwd };
  const file = options.file === undefined ? findConfig(cwd) : resolve(cwd, options.file);
  if (file === undefined) {
    throw new ConfigurationError([
      `There is no ${configNames[0]} (or .js, .json, .yaml) in ${cwd} or above it.`,
    ]);
  }
  return { file, folder: dirname(file) };
}

/**
 * The chain that a configuration describes, checked whole before anything connects.
 * @throws {ConfigurationError} all mistakes at once, a sentence each, never with a secret
 */
export async function loadChain(options: LoadOptions = {}): Promise<LoadedChain> {
  const { file, folder } = place(options);
  const env = options.env ?? process.env;
  const { observers, journal, name } = options;
  const build = async (): Promise<Built> => {
    // zod comes with it: loaded by those who read configurations, and by nobody else.
    const { buildChain } = await import("./build-chain.ts");
    const raw =
      options.config ??
      (options.dsn === undefined ? await readConfig(file as string) : parseDsn(options.dsn));
    return buildChain(raw, {
      env,
      folder,
      name,
      options: { ...(observers && { observers }), ...(journal && { journal }) },
    });
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
    effective: () => masked(current.effective, current.secrets) as EffectiveChain,
    reload() {
      // One after the other: what was read last is what is in force, however long each takes.
      const turn = reloading.then(reload);
      reloading = turn.catch(() => undefined);
      return turn;
    },
    close,
    [Symbol.asyncDispose]: close,
  });
}
