import type { Row } from "./dashboard-panel.ts";
import { own, quantile, rate } from "./dashboard-query.ts";

/** Providers, and the outbox. */
export const providerRows: readonly Row[] = [
  {
    title: "Providers",
    panels: [
      {
        title: "Attempts by kind",
        says: "Calls of providers a second, and how they ended.",
        type: "timeseries",
        width: 12,
        unit: "cps",
        queries: [
          {
            expr: `sum by (provider, kind) (${rate("relais_attempts_total")}) > 0`,
            legend: "{{provider}} {{kind}}",
          },
        ],
      },
      {
        title: "How long attempts take",
        says: "99 of 100 take no longer.",
        type: "timeseries",
        width: 12,
        unit: "s",
        queries: [
          { expr: quantile(0.99, "relais_attempt_duration_seconds", "provider"), legend: "{{provider}}" },
        ],
      },
      {
        title: "Breakers",
        says: "1 while open, 0.5 while half-open, 0 while closed.",
        type: "timeseries",
        width: 12,
        unit: "short",
        most: 1,
        queries: [
          {
            expr: `max by (provider) (relais_breaker_state{${own},state="open"}) + 0.5 * max by (provider) (relais_breaker_state{${own},state="half-open"})`,
            legend: "{{provider}}",
          },
        ],
      },
      {
        title: "Failovers and skips",
        says: "Messages that went on a second, and calls that a policy held back.",
        type: "timeseries",
        width: 12,
        unit: "cps",
        queries: [
          {
            expr: `sum by (from, to, kind) (${rate("relais_failovers_total")}) > 0`,
            legend: "{{from}} to {{to}}: {{kind}}",
          },
          {
            expr: `sum by (provider, reason) (${rate("relais_skips_total")}) > 0`,
            legend: "{{provider}} skipped: {{reason}}",
          },
        ],
      },
      {
        title: "Retry budget",
        says: "Retries left; below 1 there are none.",
        type: "timeseries",
        width: 12,
        unit: "short",
        queries: [
          { expr: `min by (provider) (relais_retry_budget{${own}})`, legend: "{{provider}}" },
          {
            expr: `sum by (provider) (${rate("relais_retries_total")})`,
            legend: "{{provider}}: retries a second",
          },
        ],
      },
      {
        title: "Limits and quotas in use",
        says: "Share of our own limits and of what providers allow.",
        type: "timeseries",
        width: 12,
        unit: "percentunit",
        most: 1,
        queries: [
          {
            expr: `max by (provider, limit) (relais_rate_limit_used{${own}} / relais_rate_limit_limit{${own}})`,
            legend: "{{provider}}: {{limit}}",
          },
          {
            expr: `max by (provider) (relais_quota_used{${own}} / relais_quota_limit{${own}})`,
            legend: "{{provider}}: quota",
          },
        ],
      },
    ],
  },
  {
    title: "Outbox",
    panels: [
      {
        title: "Messages by state",
        says: "Those that are over are counted until they are deleted.",
        type: "timeseries",
        width: 12,
        unit: "short",
        queries: [
          { expr: `max by (state) (relais_outbox_messages{${own}})`, legend: "{{state}}" },
          { expr: `max(relais_outbox_rescheduled{${own}})`, legend: "deferred at least once" },
        ],
      },
      {
        title: "Settled by the workers",
        says: "A second.",
        type: "timeseries",
        width: 12,
        unit: "cps",
        queries: [
          { expr: `sum by (state) (${rate("relais_outbox_settled_total")})`, legend: "{{state}}" },
          { expr: `sum(${rate("relais_outbox_recovered_total")})`, legend: "recovered from a lost worker" },
          { expr: `sum(${rate("relais_outbox_leases_lost_total")})`, legend: "claims lost" },
          { expr: `sum(${rate("relais_outbox_errors_total")})`, legend: "errors in the background" },
        ],
      },
      {
        title: "Workers",
        says: "Messages under way, and how many may be.",
        type: "timeseries",
        width: 12,
        unit: "short",
        queries: [
          { expr: `sum(relais_worker_busy{${own}})`, legend: "busy" },
          { expr: `sum(relais_worker_concurrency{${own}})`, legend: "at most" },
        ],
      },
      {
        title: "Database and workers answer",
        says: "1 if the database answered the last scrape; seconds since the latest worker went round.",
        type: "timeseries",
        width: 12,
        unit: "short",
        queries: [
          { expr: `max(relais_outbox_up{${own}})`, legend: "database" },
          {
            expr: `time() - max(relais_worker_last_tick_timestamp_seconds{${own}})`,
            legend: "seconds since a worker went round",
          },
        ],
      },
    ],
  },
];
