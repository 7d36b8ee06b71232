import type { Chain, Delivery, Observer, RelaisEvent } from "@relais/core";
import { withoutAddresses } from "@relais/core/spi";
import { minutes } from "./minutes.ts";

/** What has become of attempts at one provider within the last hour. */
export interface ProviderHour {
  readonly attempts: number;
  readonly accepted: number;
  /** The middle one of its last hundred attempts, ms. */
  readonly medianMs: number | undefined;
  readonly lastFailure: { readonly at: number; readonly kind: string; readonly reason: string } | undefined;
  /** When its breaker changed last, ms since 1970. */
  readonly breakerAt: number | undefined;
  /** Since when every attempt has failed, ms since 1970. */
  readonly failingSince: number | undefined;
}

/** A delivery as the page shows it: nobody's address. */
export interface SeenDelivery {
  readonly id: string;
  readonly at: number;
  readonly ms: number;
  readonly status: "sent" | "failed" | "partial" | "unknown";
  readonly provider: string | undefined;
  readonly attempts: readonly { readonly provider: string; readonly what: string; readonly ms: number }[];
}

/** What a monitor knows. */
export interface Watched {
  readonly since: number;
  readonly hour: { readonly deliveries: number; readonly sent: number; readonly byFallback: number };
  readonly providers: ReadonlyMap<string, ProviderHour>;
  readonly recent: readonly SeenDelivery[];
}

/** Looks on, and remembers the last hour. */
export interface Monitor {
  readonly observe: Observer;
  watched(): Watched;
}

const lastDeliveries = 20;
const lastTimes = 100;
const longestWords = 300;

interface Tally {
  readonly attempts: ReturnType<typeof minutes>;
  readonly accepted: ReturnType<typeof minutes>;
  readonly times: number[];
  lastFailure: ProviderHour["lastFailure"];
  breakerAt: number | undefined;
  failingSince: number | undefined;
}

/** @param now ms since 1970 */
export function monitor(chain: () => Pick<Chain, "links">, now: () => number = Date.now): Monitor {
  const since = now();
  const deliveries = minutes(now);
  const sent = minutes(now);
  const byFallback = minutes(now);
  const tallies = new Map<string, Tally>();
  const recent: SeenDelivery[] = [];
  const tallyOf = (provider: string): Tally => {
    let tally = tallies.get(provider);
    if (tally === undefined) {
      tally = {
        attempts: minutes(now),
        accepted: minutes(now),
        times: [],
        lastFailure: undefined,
        breakerAt: undefined,
        failingSince: undefined,
      };
      tallies.set(provider, tally);
    }
    return tally;
  };

  const attempted = ({ provider, attempt, at }: RelaisEvent & { readonly type: "attempt" }): void => {
    if (attempt.skipped) return;
    const tally = tallyOf(provider);
    tally.attempts.add(1);
    tally.times.push(attempt.ms);
    if (tally.times.length > lastTimes) tally.times.shift();
    if (attempt.success) {
      tally.accepted.add(1);
      tally.failingSince = undefined;
      return;
    }
    const { kind = "unknown", reason = "" } = attempt;
    tally.lastFailure = { at, kind, reason: shown(reason) };
    // A bad recipient says nothing about the provider.
    if (kind !== "rejected" && kind !== "cancelled") tally.failingSince ??= at;
  };
  const delivered = (delivery: Delivery, at: number, ms: number): void => {
    deliveries.add(1);
    const first = chain().links[0]?.id;
    if (delivery.success) {
      sent.add(1);
      if (delivery.provider !== first) byFallback.add(1);
    }
    recent.unshift(seen(delivery, at, ms));
    if (recent.length > lastDeliveries) recent.pop();
  };

  return {
    observe(event) {
      if (event.type === "attempt") attempted(event);
      else if (event.type === "breaker") tallyOf(event.provider).breakerAt = event.at;
      else if (event.type === "delivery") delivered(event.delivery, event.at, event.ms);
    },
    watched: () => ({
      since,
      hour: { deliveries: deliveries.sum(), sent: sent.sum(), byFallback: byFallback.sum() },
      providers: new Map([...tallies].map(([id, tally]) => [id, hourOf(tally)])),
      recent: [...recent],
    }),
  };
}

function hourOf({ attempts, accepted, times, lastFailure, breakerAt, failingSince }: Tally): ProviderHour {
  const sorted = [...times].sort((a, b) => a - b);
  const medianMs = sorted[Math.floor(sorted.length / 2)];
  return {
    attempts: attempts.sum(),
    accepted: accepted.sum(),
    medianMs,
    lastFailure,
    breakerAt,
    failingSince,
  };
}

function seen(delivery: Delivery, at: number, ms: number): SeenDelivery {
  return {
    id: delivery.id,
    at,
    ms,
    status: delivery.success ? "sent" : delivery.status,
    provider: delivery.success ? delivery.provider : undefined,
    attempts: delivery.attempts.map(({ provider, kind, reason, ms: took }) => ({
      provider,
      what: kind === undefined ? "accepted" : `${kind}: ${shown(reason ?? "")}`,
      ms: took,
    })),
  };
}

/** A far end's words, as the page shows them. */
function shown(words: string): string {
  return withoutAddresses(words).slice(0, longestWords);
}
