import type { Provider, Quota } from "../provider/provider.ts";
import { type Clock, sleep } from "../runtime/clock.ts";
import type { SlidingWindow } from "./sliding-window.ts";

/** A provider's own limits, asked for on first use and then now and again. */
export interface ProviderQuota {
  /** What is known; asks and waits only if nothing is known yet. Absent: the provider does not say. */
  current(signal: AbortSignal): Promise<Quota | undefined>;
  /** Raised whenever the answer is new. */
  readonly version: number;
  /** When the provider will be asked next, as the clock counts. */
  readonly refreshAt: number;
}

const refreshMs = 15 * 60_000;
const retryAfterFailureMs = 60_000;
const firstAnswerMs = 5_000;

/** @param provider asked through its `verify`, which sends nothing */
export function providerQuota(provider: Provider, clock: Clock): ProviderQuota {
  let known: Quota | undefined;
  let version = 0;
  let refreshAt = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    const health = await (async () => provider.verify?.())().catch(() => undefined);
    if (health?.quota !== undefined) {
      known = health.quota;
      version += 1;
    }
    refreshAt = clock.now() + (health?.quota === undefined ? retryAfterFailureMs : refreshMs);
    refreshing = undefined;
  };
  return {
    get version() {
      return version;
    },
    get refreshAt() {
      return refreshAt;
    },
    async current(signal) {
      if (clock.now() >= refreshAt) refreshing ??= refresh();
      // A send waits for the first answer only, and not for long.
      if (version === 0 && refreshing !== undefined) {
        const controller = new AbortController();
        const stop = (): void => controller.abort();
        signal.addEventListener("abort", stop, { once: true });
        const isTooLate = await Promise.race([refreshing, sleep(clock, firstAnswerMs, controller.signal)]);
        // No other send waits for this answer; it is asked for again later.
        if (isTooLate === true) {
          refreshing = undefined;
          refreshAt = clock.now() + retryAfterFailureMs;
        }
        signal.removeEventListener("abort", stop);
        stop();
      }
      return known;
    },
  };
}

/** What is left of a provider's quota: it only shrinks, until the provider is asked again. */
export function remainingQuota(left: number, askedAgainAt: number): SlidingWindow {
  let used = 0;
  return {
    waitMs: (weight, now) => (used + weight <= left ? 0 : Math.max(1_000, askedAgainAt - now)),
    take(weight) {
      used += weight;
    },
    giveBack(weight) {
      used = Math.max(0, used - weight);
    },
    used: () => used,
  };
}
