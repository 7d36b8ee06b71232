import type { Row } from "./dashboard-panel.ts";
import { own, quantile, rate } from "./dashboard-query.ts";

/** What is urgent, and how deliveries end. */
export const deliveryRows: readonly Row[] = [
  {
    title: "Now",
    panels: [
      {
        title: "Deliveries that fail",
        says: "Share of deliveries of the last minutes that failed or are unknown; rejected and cancelled ones aside.",
        type: "stat",
        width: 6,
        unit: "percentunit",
        yellow: 0.01,
        red: 0.144,
        queries: [
          {
            expr: `sum(${rate("relais_deliveries_total", 'status=~"failed|unknown"')}) / sum(${rate("relais_deliveries_total", 'status!~"rejected|cancelled"')})`,
          },
        ],
      },
      {
        title: "Sent by a fallback",
        says: "Share of what was sent that another provider than the first took.",
        type: "stat",
        width: 6,
        unit: "percentunit",
        yellow: 0.05,
        red: 0.2,
        queries: [
          {
            expr: `sum(${rate("relais_deliveries_total", 'status="sent"')} and on (job, instance, chain, provider) relais_link_position > 1) / sum(${rate("relais_deliveries_total", 'status="sent"')})`,
          },
        ],
      },
      {
        title: "Breakers not closed",
        says: "Providers that are not asked, or only to see whether they are well again.",
        type: "stat",
        width: 6,
        unit: "short",
        yellow: 1,
        red: 2,
        // Of a cluster, a provider's breaker may be closed in one process and open in another.
        queries: [
          {
            expr: `count(max by (job, instance, provider) (relais_breaker_state{${own},state!="closed"}) == 1) or vector(0)`,
          },
        ],
      },
      {
        title: "Oldest message that waits",
        says: "How long the oldest message of the outbox that is due has waited.",
        type: "stat",
        width: 6,
        unit: "s",
        yellow: 60,
        red: 600,
        queries: [{ expr: `max(relais_outbox_oldest_seconds{${own}})` }],
      },
    ],
  },
  {
    title: "Deliveries",
    panels: [
      {
        title: "Deliveries by how they ended",
        says: "A second.",
        type: "timeseries",
        width: 12,
        unit: "cps",
        queries: [{ expr: `sum by (status) (${rate("relais_deliveries_total")})`, legend: "{{status}}" }],
      },
      {
        title: "Sent by provider",
        says: "A second.",
        type: "timeseries",
        width: 12,
        unit: "cps",
        queries: [
          {
            expr: `sum by (provider) (${rate("relais_deliveries_total", 'status="sent"')})`,
            legend: "{{provider}}",
          },
        ],
      },
      {
        title: "How long deliveries take",
        says: "With every provider asked and every wait.",
        type: "timeseries",
        width: 12,
        unit: "s",
        queries: [
          { expr: quantile(0.5, "relais_delivery_duration_seconds", "status"), legend: "half, {{status}}" },
          { expr: quantile(0.99, "relais_delivery_duration_seconds", "status"), legend: "99 %, {{status}}" },
        ],
      },
      {
        title: "Under way, and perhaps twice",
        says: "Deliveries under way; deliveries of the last hour of which there may be two copies.",
        type: "timeseries",
        width: 12,
        unit: "short",
        queries: [
          {
            expr: `sum by (chain) (relais_deliveries_in_flight{${own}})`,
            legend: "under way, {{chain}}",
          },
          {
            expr: `sum(increase(relais_possible_duplicates_total{${own}}[1h]))`,
            legend: "perhaps twice",
          },
        ],
      },
    ],
  },
];
