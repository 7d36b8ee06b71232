import type { Delivery, RelaisEvent } from "@relais/core/spi";
import { type ChainSeries, chainCounters } from "./chain-series.ts";
import { chainZeros } from "./chain-zeros.ts";
import type { Instruments } from "./instruments.ts";
import {
  breakerStates,
  type KnownNames,
  kinds,
  nobody,
  oneOf,
  skipReasons,
  statuses,
  suppressions,
} from "./label-values.ts";
import type { WatchedChain } from "./watched.ts";

/** What is counted of chains. */
export interface ChainMetrics {
  observe(event: RelaisEvent): void;
  /** Makes every series that the chain's links can have, at 0. */
  zeros(chain: WatchedChain): void;
}

/** The names that labels may hold. */
export interface Names {
  readonly chains: KnownNames;
  readonly providers: KnownNames;
}

/** Counts what chains tell. */
export function chainMetrics(make: Instruments, { chains, providers }: Names): ChainMetrics {
  const counters = chainCounters(make);
  const seen = new Map<string, ChainSeries>();
  make.gauge("inFlight", (set) => {
    for (const [id, { inFlight }] of seen) set(inFlight, id);
  });
  const ofChain = (id: string): ChainSeries => {
    const series = counters.chain(id);
    if (!seen.has(id)) seen.set(id, series);
    return series;
  };
  const ofProvider = (id: string) => counters.provider(providers.of(id));

  return {
    observe(event) {
      switch (event.type) {
        case "delivery-start":
          ofChain(chains.of(event.chain)).inFlight += 1;
          break;
        case "delivery": {
          const { delivery, ms } = event;
          const chain = ofChain(chains.of(event.chain));
          chain.inFlight = Math.max(0, chain.inFlight - 1);
          const status = chain.status(statusOf(delivery));
          status.took(ms);
          status.by(delivery.success ? providers.of(delivery.provider) : nobody)();
          if (delivery.possibleDuplicate === true) counters.possibleDuplicate();
          break;
        }
        case "attempt": {
          const { skipped, code, success, kind, ms } = event.attempt;
          const provider = ofProvider(event.provider);
          if (skipped) {
            provider.skip(oneOf(skipReasons, code))();
            break;
          }
          provider.attempt(success ? "accepted" : oneOf(kinds, kind))();
          provider.took()(ms);
          break;
        }
        case "retry":
          ofProvider(event.provider).retry()();
          break;
        case "retry-suppressed":
          ofProvider(event.provider).suppressed(oneOf(suppressions, event.why))();
          break;
        case "failover":
          ofProvider(event.from).failover(providers.of(event.to))(oneOf(kinds, event.failure.kind))();
          break;
        case "breaker":
          ofProvider(event.provider).breaker(oneOf(breakerStates, event.state))();
          break;
      }
    },
    zeros(chain) {
      ofChain(chain.id);
      chainZeros(counters, chain);
    },
  };
}

/** `rejected` and `cancelled` are told apart from `failed`: they say nothing about how well mail is sent. */
function statusOf(delivery: Delivery): string {
  if (delivery.success) return "sent";
  const { status, kind } = delivery;
  return status === "failed" && (kind === "rejected" || kind === "cancelled")
    ? kind
    : oneOf(statuses, status);
}
