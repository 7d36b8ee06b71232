import type { WatchedChain } from "./targets.ts";

/** What a provider's `verify` says of its daily quota, as far as it is needed here. */
export interface Quota {
  readonly perDay?: unknown;
  readonly sentLastDay?: unknown;
}

/** The last known quota of each provider. */
export interface Quotas {
  readonly byProvider: ReadonlyMap<string, Quota>;
  /** Takes in an answer of `chain.verify()`. */
  record(health: unknown): void;
  /** Asks a chain now, and every so many ms. */
  poll(chain: () => WatchedChain, everyMs: number): void;
  stop(): void;
}

const verifyTimeoutMs = 30_000;

/** @param nameOf what a provider is called in a label */
export function quotas(nameOf: (provider: string) => string): Quotas {
  const byProvider = new Map<string, Quota>();
  const timers = new Set<ReturnType<typeof setInterval>>();

  const take = (health: unknown): void => {
    if (typeof health !== "object" || health === null) return;
    const { provider, quota, providers } = health as Record<"provider" | "quota" | "providers", unknown>;
    if (Array.isArray(providers)) for (const one of providers) take(one);
    if (typeof provider === "string" && typeof quota === "object" && quota !== null)
      byProvider.set(nameOf(provider), quota);
  };
  const ask = async (chain: () => WatchedChain): Promise<void> => {
    try {
      take(await chain().verify?.({ signal: AbortSignal.timeout(verifyTimeoutMs) }));
    } catch {
      // The next poll may succeed; until then the gauges show what is known.
    }
  };
  return {
    byProvider,
    record(health) {
      try {
        take(health);
      } catch {
        // What cannot be read leaves the gauges as they are.
      }
    },
    poll(chain, everyMs) {
      void ask(chain);
      timers.add(setInterval(() => void ask(chain), everyMs).unref());
    },
    stop() {
      for (const timer of timers) clearInterval(timer);
      timers.clear();
    },
  };
}
