import type { Chain, Delivery, Observer, RelaisEvent } from "@relais/core";
import { withoutAddresses } from "@relais/core/spi";

/** What became of attempts at one provider within the last hour. */
export interface ProviderHour {
  readonly attempts: number;
  readonly accepted: number;
  /** The median of its last hundred attempts, ms. */
  readonly medianMs: number | undefined;
  readonly lastFailure: { readonly at: number; readonly kind: string; readonly reason: string } | undefined;
  /** When its breaker changed last, ms since 1970. */
  readonly breakerAt: number | undefined;
  /** Since when every attempt has failed, ms since 1970. */
  readonly failingSince: number | undefined;
}

/** A delivery as the page shows it: without addresses. */
export interface RecentDelivery {
  readonly id: string;
  readonly at: number;
  readonly ms: number;
  readonly status: "sent" | "failed" | "partial" | "unknown";
  readonly provider: string | undefined;
  readonly attempts: readonly { readonly provider: string; readonly what: string; readonly ms: number }[];
}

export interface ChainStats {
  readonly since: number;
  readonly hour: { readonly deliveries: number; readonly sent: number; readonly byFallback: number };
  readonly providers: ReadonlyMap<string, ProviderHour>;
  readonly recent: readonly RecentDelivery[];
}

/** Observes a chain, and remembers the last hour. */
export interface StatsCollector {
  readonly observe: Observer;
  stats(): ChainStats;
}

const mostDeliveries = 20;
const mostTimes = 100;
const mostCharacters = 300;

/** @param now ms since 1970 */
export function statsCollector(
  chain: () => Pick<Chain, "links">,
  now: () => number = Date.now,
): StatsCollector {
  const since = now();
  const deliveries = hourlyCounter(now);
  const sent = hourlyCounter(now);
  const byFallback = hourlyCounter(now);
  const providers = new Map<string, ProviderStats>();
  const recent: RecentDelivery[] = [];
  const statsOf = (provider: string): ProviderStats => {
    const known = providers.get(provider);
    if (known !== undefined) return known;
    const stats = new ProviderStats(now);
    providers.set(provider, stats);
    return stats;
  };
  const onDelivery = (delivery: Delivery, at: number, ms: number): void => {
    deliveries.add(1);
    if (delivery.success) {
      sent.add(1);
      if (delivery.provider !== chain().links[0]?.id) byFallback.add(1);
    }
    recent.unshift(recentDelivery(delivery, at, ms));
    if (recent.length > mostDeliveries) recent.pop();
  };
  return {
    observe(event) {
      if (event.type === "attempt") statsOf(event.provider).onAttempt(event);
      else if (event.type === "breaker") statsOf(event.provider).breakerAt = event.at;
      else if (event.type === "delivery") onDelivery(event.delivery, event.at, event.ms);
    },
    stats: () => ({
      since,
      hour: { deliveries: deliveries.sum(), sent: sent.sum(), byFallback: byFallback.sum() },
      providers: new Map([...providers].map(([id, stats]) => [id, stats.hour()])),
      recent: [...recent],
    }),
  };
}

class ProviderStats {
  breakerAt: number | undefined;
  readonly #attempts: HourlyCounter;
  readonly #accepted: HourlyCounter;
  readonly #times: number[] = [];
  #lastFailure: ProviderHour["lastFailure"];
  #failingSince: number | undefined;

  constructor(now: () => number) {
    this.#attempts = hourlyCounter(now);
    this.#accepted = hourlyCounter(now);
  }

  onAttempt({ attempt, at }: RelaisEvent & { readonly type: "attempt" }): void {
    if (attempt.skipped) return;
    this.#attempts.add(1);
    this.#times.push(attempt.ms);
    if (this.#times.length > mostTimes) this.#times.shift();
    if (attempt.success) {
      this.#accepted.add(1);
      this.#failingSince = undefined;
      return;
    }
    const { kind = "unknown", reason = "" } = attempt;
    this.#lastFailure = { at, kind, reason: shownText(reason) };
    // A bad recipient says nothing about the provider.
    if (kind !== "rejected" && kind !== "cancelled") this.#failingSince ??= at;
  }

  hour(): ProviderHour {
    const sorted = this.#times.toSorted((a, b) => a - b);
    return {
      attempts: this.#attempts.sum(),
      accepted: this.#accepted.sum(),
      medianMs: sorted[Math.floor(sorted.length / 2)],
      lastFailure: this.#lastFailure,
      breakerAt: this.breakerAt,
      failingSince: this.#failingSince,
    };
  }
}

function recentDelivery(delivery: Delivery, at: number, ms: number): RecentDelivery {
  return {
    id: delivery.id,
    at,
    ms,
    status: delivery.status,
    provider: delivery.success ? delivery.provider : undefined,
    attempts: delivery.attempts.map(({ provider, kind, reason = "", ms: took }) => ({
      provider,
      what: kind === undefined ? "accepted" : `${kind}: ${shownText(reason)}`,
      ms: took,
    })),
  };
}

/** A server's words, as the page shows them. */
function shownText(text: string): string {
  return withoutAddresses(text).slice(0, mostCharacters);
}

interface HourlyCounter {
  add(count: number): void;
  sum(): number;
}

const minuteMs = 60_000;
const minutes = 60;

/** Counts the last sixty minutes, in the same memory however much is counted. */
export function hourlyCounter(now: () => number): HourlyCounter {
  const counts = new Array<number>(minutes).fill(0);
  let last = Math.floor(now() / minuteMs);
  /** Clears the minutes that have passed. @returns the place of the current one */
  const advance = (): number => {
    const minute = Math.floor(now() / minuteMs);
    for (let passed = Math.min(minute - last, minutes); passed > 0; passed--)
      counts[(minute - passed + 1) % minutes] = 0;
    last = Math.max(last, minute);
    return last % minutes;
  };
  return {
    add(count) {
      const place = advance();
      counts[place] = (counts[place] ?? 0) + count;
    },
    sum() {
      advance();
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}
