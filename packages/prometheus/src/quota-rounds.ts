import type { WatchedChain } from "./watched.ts";

const verifyForMs = 30_000;

/** Asks chains for their quotas, again and again. */
export interface QuotaRounds {
  /** Asks this one now, and every so many ms. */
  add(chain: () => WatchedChain, everyMs: number): void;
  stop(): void;
}

/** @param take is given what `verify` told */
export function quotaRounds(take: (health: unknown) => void): QuotaRounds {
  const timers = new Set<ReturnType<typeof setInterval>>();
  const ask = async (chain: () => WatchedChain): Promise<void> => {
    try {
      take(await chain().verify?.({ signal: AbortSignal.timeout(verifyForMs) }));
    } catch {
      // The next round may do better; until then the gauges say what is known.
    }
  };
  return {
    add(chain, everyMs) {
      void ask(chain);
      timers.add(setInterval(() => void ask(chain), everyMs).unref());
    },
    stop() {
      for (const timer of timers) clearInterval(timer);
      timers.clear();
    },
  };
}
