import { failureKinds } from "@relais/core/spi";
import type { Counters } from "./chain-series.ts";
import { breakerStates, kinds, nobody, skipReasons, statuses, suppressions } from "./label-values.ts";
import { innerChain, placedLinks, type WatchedChain } from "./watched.ts";

/** Makes every series that a chain's links can have, at 0: what has not happened yet must be seen not to have. */
export function chainZeros(counters: Counters, chain: WatchedChain): void {
  const { status } = counters.chain(chain.id);
  for (const one of statuses) {
    const series = status(one);
    if (one !== "sent") series.by(nobody);
  }
  for (const { link, isChain } of placedLinks(chain)) {
    const provider = counters.provider(link.id);
    for (const reason of skipReasons) provider.skip(reason);
    if (link.status().breaker !== undefined) for (const state of breakerStates) provider.breaker(state);
    provider.retry();
    for (const reason of suppressions) provider.suppressed(reason);
    if (isChain) continue;
    status("sent").by(link.id);
    provider.took();
    for (const kind of kinds) provider.attempt(kind);
  }
  failoverZeros(counters, chain);
}

/** A message goes from each link to the one behind it, where none is left out. */
function failoverZeros(counters: Counters, chain: WatchedChain): void {
  for (const [i, to] of chain.links.entries()) {
    const from = chain.links[i - 1];
    if (from !== undefined) {
      const failover = counters.provider(from.id).failover(to.id);
      for (const kind of failureKinds) failover(kind);
    }
    const inner = innerChain(to);
    if (inner !== undefined) failoverZeros(counters, inner);
  }
}
