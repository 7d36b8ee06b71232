import type { BreakerOptions, ConcurrencyOptions, FailureKind, Overrides, RetryOptions } from "@relais/core";

type InFile<T> = Omit<T, "clock" | "random">;

/** One provider of a chain, and the policies around it. */
export interface ProviderEntry {
  /** A package, a path that begins with `./`, or a short name: `smtp`, `ses`. */
  readonly use: string;
  /** The instance's name, unique in its chain. @defaultValue the plugin's own */
  readonly id?: string;
  /** What the plugin takes. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** @defaultValue on, with the policy's defaults; `false` leaves it out */
  readonly retry?: boolean | InFile<RetryOptions>;
  /** @defaultValue on, with the policy's defaults; `false` leaves it out */
  readonly breaker?: boolean | InFile<BreakerOptions>;
  /** How long one attempt may take, ms. @defaultValue 30000 */
  readonly timeoutMs?: number;
  /** `"fromProvider"`: what the provider says it allows. @defaultValue none */
  readonly rateLimit?: "fromProvider" | RateLimitEntry;
  /** @defaultValue none */
  readonly concurrency?: InFile<ConcurrencyOptions>;
  /** Changes to the table of failures, for this provider. */
  readonly overrides?: Overrides;
}

/** Limits of our own. */
export interface RateLimitEntry {
  readonly perSecond?: number;
  readonly perDay?: number;
  readonly fromProvider?: boolean;
  readonly count?: "messages" | "recipients";
  readonly maxWaitMs?: number;
}

/** A chain within a chain: by its name in `chains`, or written out. */
export interface ChainEntry {
  readonly chain: string | readonly Entry[];
  /** @defaultValue the chain's name */
  readonly id?: string;
}

export type Entry = ProviderEntry | ChainEntry;

/** What holds for a whole chain. */
export interface ChainRules {
  /** @defaultValue 60000 */
  readonly deadlineMs?: number;
  /** @defaultValue `"stop"` */
  readonly onUnknown?: "stop" | "failover";
  readonly failover?: Readonly<Partial<Record<FailureKind, boolean>>>;
  /** The sender of messages that name none. */
  readonly from?: string;
}

/** What a configuration file holds. */
export interface RelaisConfig extends ChainRules {
  /** For editors. */
  readonly $schema?: string;
  readonly chain?: readonly Entry[];
  /** Chains by name; `loadChain({ name })` picks one, an entry `chain: name` nests one. */
  readonly chains?: Readonly<
    Record<string, readonly Entry[] | (ChainRules & { readonly chain: readonly Entry[] })>
  >;
}

/** A configuration with its types, for `relais.config.ts`. */
export function defineConfig(config: RelaisConfig): RelaisConfig {
  return config;
}
