import { type Delivery, failureKinds } from "@relais/core/spi";
import type { ZeroSeries } from "../registry/instruments.ts";
import { innerChain, placedLinks, type WatchedChain } from "../targets/targets.ts";
import {
  breakerStates,
  kinds,
  noProvider,
  oneOf,
  skipReasons,
  statuses,
  suppressions,
} from "./label-values.ts";
import { breakerStateOf, perLimit, perLink } from "./link-status.ts";
import type { Metric } from "./metric.ts";

/** Metrics of chains and their links: one row each. */
export const chainMetrics: readonly Metric[] = [
  {
    name: "deliveries_total",
    type: "counter",
    labels: ["chain", "status", "provider"],
    help: "Finished deliveries, by how they ended; provider is the one that accepted the message, none unless the status is sent",
    needs: "nothing",
    on: {
      delivery: ({ chain, delivery }, add, names) =>
        add(
          1,
          names.chain(chain),
          statusOf(delivery),
          delivery.success ? names.provider(delivery.provider) : noProvider,
        ),
    },
    initial: (zero, { chains }) => {
      for (const chain of chains()) {
        for (const status of statuses) if (status !== "sent") zero(chain.id, status, noProvider);
        for (const { link, isChain } of placedLinks(chain)) if (!isChain) zero(chain.id, "sent", link.id);
      }
    },
  },
  {
    name: "attempts_total",
    type: "counter",
    labels: ["provider", "kind"],
    help: "Finished attempts; kind is accepted, or the failure's kind",
    needs: "nothing",
    on: {
      attempt: ({ provider, attempt: { skipped, success, kind } }, add, names) => {
        if (!skipped) add(1, names.provider(provider), success ? "accepted" : oneOf(kinds, kind));
      },
    },
    initial: (zero, { links }) => {
      for (const { link, isChain } of links()) if (!isChain) for (const kind of kinds) zero(link.id, kind);
    },
  },
  {
    name: "attempt_duration_seconds",
    type: "histogram",
    labels: ["provider"],
    help: "Duration of attempts",
    needs: "nothing",
    on: {
      attempt: ({ provider, attempt: { skipped, ms } }, add, names) => {
        if (!skipped) add(ms, names.provider(provider));
      },
    },
    initial: (zero, { links }) => {
      for (const { link, isChain } of links()) if (!isChain) zero(link.id);
    },
  },
  {
    name: "delivery_duration_seconds",
    type: "histogram",
    labels: ["chain", "status"],
    help: "Duration of deliveries, with all attempts and waits",
    needs: "nothing",
    on: {
      delivery: ({ chain, delivery, ms }, add, names) => add(ms, names.chain(chain), statusOf(delivery)),
    },
    initial: (zero, { chains }) => {
      for (const chain of chains()) for (const status of statuses) zero(chain.id, status);
    },
  },
  {
    name: "failovers_total",
    type: "counter",
    labels: ["from", "to", "kind"],
    help: "Failovers to the next provider; kind is that of the failure",
    needs: "nothing",
    on: {
      failover: ({ from, to, failure }, add, names) =>
        add(1, names.provider(from), names.provider(to), oneOf(kinds, failure.kind)),
    },
    initial: (zero, { chains }) => {
      for (const chain of chains()) zeroFailovers(zero, chain);
    },
  },
  {
    name: "skips_total",
    type: "counter",
    labels: ["provider", "reason"],
    help: "Attempts that were not made: a policy held them back, or the message is over the provider's limits",
    needs: "nothing",
    on: {
      attempt: ({ provider, attempt: { skipped, code } }, add, names) => {
        if (skipped) add(1, names.provider(provider), oneOf(skipReasons, code));
      },
    },
    initial: (zero, { links }) => {
      for (const { link } of links()) for (const reason of skipReasons) zero(link.id, reason);
    },
  },
  {
    name: "retries_total",
    type: "counter",
    labels: ["provider"],
    help: "Retries at the same provider",
    needs: "nothing",
    on: { retry: ({ provider }, add, names) => add(1, names.provider(provider)) },
    initial: (zero, { links }) => {
      for (const { link } of links()) zero(link.id);
    },
  },
  {
    name: "retries_suppressed_total",
    type: "counter",
    labels: ["provider", "reason"],
    help: "Retries that were not made: the retry budget was used up, the deadline too near, or the wait too long",
    needs: "nothing",
    on: {
      "retry-suppressed": ({ provider, why }, add, names) =>
        add(1, names.provider(provider), oneOf(suppressions, why)),
    },
    initial: (zero, { links }) => {
      for (const { link } of links()) for (const reason of suppressions) zero(link.id, reason);
    },
  },
  {
    name: "possible_duplicates_total",
    type: "counter",
    labels: [],
    help: "Deliveries of which a recipient may have got two copies",
    needs: "nothing",
    on: {
      delivery: ({ delivery }, add) => {
        if (delivery.possibleDuplicate === true) add(1);
      },
      settled: ({ possibleDuplicate, delivery }, add) => {
        // One within a delivery is counted with the chain.
        if (possibleDuplicate === true && delivery?.possibleDuplicate !== true) add(1);
      },
    },
  },
  {
    name: "breaker_transitions_total",
    type: "counter",
    labels: ["provider", "state"],
    help: "Changes of a breaker, by its new state",
    needs: "nothing",
    on: {
      breaker: ({ provider, state }, add, names) =>
        add(1, names.provider(provider), oneOf(breakerStates, state)),
    },
    initial: (zero, { links }) => {
      for (const { link } of links())
        if (link.status().breaker !== undefined) for (const state of breakerStates) zero(link.id, state);
    },
  },
  {
    name: "deliveries_in_flight",
    type: "gauge",
    labels: ["chain"],
    help: "Deliveries in flight",
    needs: "nothing",
    on: {
      "delivery-start": ({ chain }, add, names) => add(1, names.chain(chain)),
      delivery: ({ chain }, add, names) => add(-1, names.chain(chain)),
    },
    initial: (zero, { chains }) => {
      for (const chain of chains()) zero(chain.id);
    },
  },
  {
    name: "breaker_state",
    type: "gauge",
    labels: ["provider", "state"],
    help: "1 for the state of the breaker, 0 for the other states",
    needs: "chain",
    aggregator: "max",
    read: (set, { links }) => {
      for (const [provider, worst] of breakerStateOf(links()))
        for (const state of breakerStates) set(Number(state === worst), provider, state);
    },
  },
  {
    name: "link_position",
    type: "gauge",
    labels: ["chain", "provider"],
    help: "Position of a provider in its chain, from 1; providers of a nested chain have the position of that chain",
    needs: "chain",
    aggregator: "max",
    read: (set, { chains }) => {
      for (const chain of chains())
        for (const { link, position, isChain } of placedLinks(chain))
          if (!isChain) set(position, chain.id, link.id);
    },
  },
  {
    name: "retry_budget",
    type: "gauge",
    labels: ["provider"],
    help: "Retries left in the provider's retry budget",
    needs: "chain",
    aggregator: "min",
    read: perLink(Math.min, ({ retry }, provider, set) => {
      const { budget } = (retry ?? {}) as { readonly budget?: unknown };
      if (typeof budget === "number") set(budget, provider);
    }),
  },
  {
    name: "rate_limit_used",
    type: "gauge",
    labels: ["provider", "limit"],
    help: "Sends counted against a rate limit; limit is second, day, or quota: what the provider said is left of its daily quota",
    needs: "chain",
    aggregator: "max",
    read: perLimit(Math.max, ({ used }) => used),
  },
  {
    name: "rate_limit_limit",
    type: "gauge",
    labels: ["provider", "limit"],
    help: "Sends that a rate limit allows",
    needs: "chain",
    aggregator: "min",
    read: perLimit(Math.min, ({ most }) => most),
  },
  {
    name: "quota_limit",
    type: "gauge",
    labels: ["provider"],
    help: "Daily quota of the provider, as of its last verify",
    needs: "quota",
    aggregator: "max",
    read: (set, { quotas }) => {
      for (const [provider, { perDay }] of quotas) if (typeof perDay === "number") set(perDay, provider);
    },
  },
  {
    name: "quota_used",
    type: "gauge",
    labels: ["provider"],
    help: "Messages sent in the last 24 hours by the provider's count, as of its last verify",
    needs: "quota",
    aggregator: "max",
    read: (set, { quotas }) => {
      for (const [provider, { sentLastDay }] of quotas)
        if (typeof sentLastDay === "number") set(sentLastDay, provider);
    },
  },
  {
    name: "build_info",
    type: "gauge",
    labels: ["version"],
    help: "Always 1; version is that of @relais/prometheus",
    needs: "nothing",
    aggregator: "first",
    read: (set, { version }) => set(1, version),
  },
];

/** `rejected` and `cancelled` are told apart from `failed`: they say nothing about how well mail is sent. */
function statusOf(delivery: Delivery): string {
  if (delivery.success) return "sent";
  const { status, kind } = delivery;
  return status === "failed" && (kind === "rejected" || kind === "cancelled")
    ? kind
    : oneOf(statuses, status);
}

/** A message goes from each link to the one behind it, where none is left out. */
function zeroFailovers(zero: ZeroSeries, chain: WatchedChain): void {
  for (const [i, to] of chain.links.entries()) {
    const from = chain.links[i - 1];
    if (from !== undefined) for (const kind of failureKinds) zero(from.id, to.id, kind);
    const inner = innerChain(to);
    if (inner !== undefined) zeroFailovers(zero, inner);
  }
}
