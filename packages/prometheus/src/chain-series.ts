import { each } from "./each.ts";
import type { Instruments } from "./instruments.ts";

/** The series of one chain. */
export interface ChainSeries {
  /** Deliveries under way. */
  inFlight: number;
  readonly status: (status: string) => {
    /** Takes how long a delivery took, ms. */
    readonly took: (ms: number) => void;
    readonly by: (provider: string) => () => void;
  };
}

/** The series of one provider. */
export interface ProviderSeries {
  /** Takes how long an attempt took, ms. */
  readonly took: () => (ms: number) => void;
  readonly attempt: (kind: string) => () => void;
  readonly skip: (reason: string) => () => void;
  readonly retry: () => () => void;
  readonly suppressed: (reason: string) => () => void;
  readonly breaker: (state: string) => () => void;
  readonly failover: (to: string) => (kind: string) => () => void;
}

/** Everything that is counted of chains, found by one name after the other. */
export interface Counters {
  readonly chain: (id: string) => ChainSeries;
  readonly provider: (id: string) => ProviderSeries;
  readonly possibleDuplicate: () => void;
}

/** Makes the counters and histograms of chains. Each send passes here, so a series is looked up by no more than its name. */
export function chainCounters(make: Instruments): Counters {
  const deliveries = make.count("deliveries");
  const attempts = make.count("attempts");
  const attemptMs = make.duration("attemptSeconds");
  const deliveryMs = make.duration("deliverySeconds");
  const failovers = make.count("failovers");
  const skips = make.count("skips");
  const retries = make.count("retries");
  const suppressed = make.count("retriesSuppressed");
  const duplicates = make.count("possibleDuplicates");
  const transitions = make.count("breakerTransitions");
  const once = <T>(of: () => T): (() => T) => {
    let made: T | undefined;
    return () => (made ??= of());
  };

  return {
    possibleDuplicate: duplicates(),
    chain: each((chain) => ({
      inFlight: 0,
      status: each((status) => ({
        took: deliveryMs(chain, status),
        by: each((provider) => deliveries(chain, status, provider)),
      })),
    })),
    provider: each((provider) => ({
      took: once(() => attemptMs(provider)),
      attempt: each((kind) => attempts(provider, kind)),
      skip: each((reason) => skips(provider, reason)),
      retry: once(() => retries(provider)),
      suppressed: each((reason) => suppressed(provider, reason)),
      breaker: each((state) => transitions(provider, state)),
      failover: each((to) => each((kind) => failovers(provider, to, kind))),
    })),
  };
}
