import type { ChainRules } from "./relais-config.ts";

/** One provider, with every default filled in. */
export interface EffectiveProvider {
  readonly use: string;
  readonly id: string;
  readonly options: unknown;
  readonly retry: false | object;
  readonly breaker: false | object;
  readonly timeoutMs: number;
  readonly afterHandOverMs?: number;
  readonly rateLimit?: object;
  readonly concurrency?: object;
  readonly overrides?: object;
}

/** A chain, with every default filled in: the same however it was written. */
export interface EffectiveChain extends ChainRules {
  readonly id: string;
  readonly chain: readonly (EffectiveProvider | EffectiveChain)[];
}
