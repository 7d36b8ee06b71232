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
    title: "Delivered, bounced, complained",
    panels: [
      {
        title: "Bounces for good",
        says: "Share of the last 24 hours' mail. Vendors review accounts from 5 %.",
        type: "timeseries",
        width: 12,
        unit: "percentunit",
        yellow: 0.025,
        red: 0.05,
        queries: [
          { expr: `max by (provider) (relais_feedback_bounce_rate{${own}})`, legend: "{{provider}}" },
        ],
      },
      {
        title: "Complaints",
        says: "Share of what was delivered within 24 hours. Vendors review accounts from 0.1 %.",
        type: "timeseries",
        width: 12,
        unit: "percentunit",
        yellow: 0.0005,
        red: 0.001,
        queries: [
          { expr: `max by (provider) (relais_feedback_complaint_rate{${own}})`, legend: "{{provider}}" },
        ],
      },
      {
        title: "What providers told within 24 hours",
        says: "Recipients, by what became of the mail; events of messages that are not known yet.",
        type: "timeseries",
        width: 12,
        unit: "short",
        queries: [
          {
            expr: `max by (provider, type) (relais_feedback_last_day{${own}}) > 0`,
            legend: "{{provider}} {{type}}",
          },
          { expr: `max(relais_feedback_early{${own}})`, legend: "not known yet" },
        ],
      },
      {
        title: "Events as they come",
        says: "A second; and messages that they settled.",
        type: "timeseries",
        width: 12,
        unit: "cps",
        queries: [
          {
            expr: `sum by (provider, type) (${rate("relais_feedback_events_total")})`,
            legend: "{{provider}} {{type}}",
          },
          { expr: `sum by (result) (${rate("relais_feedback_results_total")})`, legend: "{{result}}" },
          { expr: `sum(${rate("relais_feedback_settled_total")})`, legend: "settled" },
        ],
      },
      {
        title: "Suppressed addresses",
        says: "Entries of the list, by why; recipients that were left out, and checks that failed, an hour.",
        type: "timeseries",
        width: 12,
        unit: "short",
        queries: [
          { expr: `max by (reason) (relais_suppressions{${own}})`, legend: "{{reason}}" },
          {
            expr: `sum by (reason) (increase(relais_suppressed_recipients_total{${own}}[1h]))`,
            legend: "left out: {{reason}}",
          },
          {
            expr: `sum(increase(relais_suppression_unavailable_total{${own}}[1h]))`,
            legend: "the list could not be read",
          },
        ],
      },
      {
        title: "Last event",
        says: "Seconds since a provider told something.",
        type: "timeseries",
        width: 12,
        unit: "s",
        queries: [
          {
            expr: `time() - max by (provider) (relais_feedback_last_timestamp_seconds{${own}})`,
            legend: "{{provider}}",
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
