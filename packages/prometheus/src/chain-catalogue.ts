import type { MetricEntry } from "./metric-entry.ts";

/** What the metrics of chains and their links are called in the code. */
export type ChainMetric =
  | "deliveries"
  | "attempts"
  | "attemptSeconds"
  | "deliverySeconds"
  | "failovers"
  | "skips"
  | "retries"
  | "retriesSuppressed"
  | "possibleDuplicates"
  | "breakerTransitions"
  | "inFlight"
  | "breakerState"
  | "linkPosition"
  | "retryBudget"
  | "rateLimitUsed"
  | "rateLimitLimit"
  | "quotaLimit"
  | "quotaUsed"
  | "buildInfo";

/** Metrics of chains and their links. */
export const chainCatalogue: Readonly<Record<ChainMetric, MetricEntry>> = {
  deliveries: {
    name: "deliveries_total",
    type: "counter",
    labels: ["chain", "status", "provider"],
    help: "Deliveries that are over: sent, or how it ended; provider is the one that took the message, none if it was not sent to everybody",
    needs: "nothing",
  },
  attempts: {
    name: "attempts_total",
    type: "counter",
    labels: ["provider", "kind"],
    help: "Calls of a provider that are over; kind is accepted, or why it was not",
    needs: "nothing",
  },
  attemptSeconds: {
    name: "attempt_duration_seconds",
    type: "histogram",
    labels: ["provider"],
    help: "How long calls of a provider took",
    needs: "nothing",
  },
  deliverySeconds: {
    name: "delivery_duration_seconds",
    type: "histogram",
    labels: ["chain", "status"],
    help: "How long deliveries took, with every provider asked and every wait",
    needs: "nothing",
  },
  failovers: {
    name: "failovers_total",
    type: "counter",
    labels: ["from", "to", "kind"],
    help: "Messages that went to the next provider, and why",
    needs: "nothing",
  },
  skips: {
    name: "skips_total",
    type: "counter",
    labels: ["provider", "reason"],
    help: "Calls that were not made: held back by a policy, or over the provider's limits",
    needs: "nothing",
  },
  retries: {
    name: "retries_total",
    type: "counter",
    labels: ["provider"],
    help: "Further calls of the same provider",
    needs: "nothing",
  },
  retriesSuppressed: {
    name: "retries_suppressed_total",
    type: "counter",
    labels: ["provider", "reason"],
    help: "Further calls of the same provider that were not made: budget used up, deadline near, wait too long",
    needs: "nothing",
  },
  possibleDuplicates: {
    name: "possible_duplicates_total",
    type: "counter",
    labels: [],
    help: "Deliveries of which there may be two copies",
    needs: "nothing",
  },
  breakerTransitions: {
    name: "breaker_transitions_total",
    type: "counter",
    labels: ["provider", "state"],
    help: "Times a breaker came into a state",
    needs: "nothing",
  },
  inFlight: {
    name: "deliveries_in_flight",
    type: "gauge",
    labels: ["chain"],
    help: "Deliveries under way",
    needs: "nothing",
  },
  breakerState: {
    name: "breaker_state",
    type: "gauge",
    labels: ["provider", "state"],
    help: "1 for the state that the breaker is in, 0 for the others",
    needs: "chain",
    aggregator: "max",
  },
  linkPosition: {
    name: "link_position",
    type: "gauge",
    labels: ["chain", "provider"],
    help: "Place of a provider in its chain, 1 for the first; what lies within a nested chain has the place of that chain",
    needs: "chain",
    aggregator: "max",
  },
  retryBudget: {
    name: "retry_budget",
    type: "gauge",
    labels: ["provider"],
    help: "Retries left in the budget of a provider",
    needs: "chain",
    aggregator: "min",
  },
  rateLimitUsed: {
    name: "rate_limit_used",
    type: "gauge",
    labels: ["provider", "limit"],
    help: "How much of a rate limit is used; limit is second, day, or quota for what the provider says is left of its day",
    needs: "chain",
    aggregator: "max",
  },
  rateLimitLimit: {
    name: "rate_limit_limit",
    type: "gauge",
    labels: ["provider", "limit"],
    help: "What a rate limit allows",
    needs: "chain",
    aggregator: "min",
  },
  quotaLimit: {
    name: "quota_limit",
    type: "gauge",
    labels: ["provider"],
    help: "What a provider lets us send in 24 hours, when it was last asked",
    needs: "quota",
    aggregator: "max",
  },
  quotaUsed: {
    name: "quota_used",
    type: "gauge",
    labels: ["provider"],
    help: "What a provider says was sent in the last 24 hours, when it was last asked",
    needs: "quota",
    aggregator: "max",
  },
  buildInfo: {
    name: "build_info",
    type: "gauge",
    labels: ["version"],
    help: "1; version is that of @relais/prometheus",
    needs: "nothing",
    aggregator: "first",
  },
};
