import type { Chain, LinkStatus } from "@relais/core";
import type { FeedbackStats, Outbox, OutboxMessage, OutboxStats } from "@relais/outbox";
import type { ChainStats, ProviderHour, StatsCollector } from "./stats-collector.ts";

/** A link as the page shows it. */
export interface ShownLink {
  readonly id: string;
  readonly health: "well" | "failing" | "down" | "resting" | "quiet";
  readonly status: LinkStatus;
  readonly hour: ProviderHour | undefined;
}

/** Everything on the page, at one moment. */
export interface Snapshot extends OutboxSnapshot {
  readonly at: number;
  readonly stats: ChainStats;
  readonly links: readonly ShownLink[];
}

interface OutboxSnapshot {
  readonly outbox: OutboxStats | undefined;
  readonly feedback: FeedbackStats | undefined;
  /** Messages that need a person. */
  readonly unresolved: readonly OutboxMessage[];
}

export async function snapshot(
  chain: Pick<Chain, "links">,
  collector: StatsCollector,
  outbox: Outbox | undefined,
): Promise<Snapshot> {
  const stats = collector.stats();
  const links = chain.links.map((link) => {
    const status = link.status();
    const hour = stats.providers.get(link.id);
    return { id: link.id, health: healthOf(status, hour), status, hour };
  });
  return { at: Date.now(), stats, links, ...(await outboxSnapshot(outbox)) };
}

function healthOf({ breaker }: LinkStatus, hour: ProviderHour | undefined): ShownLink["health"] {
  if (breaker?.state === "open") return "down";
  if (breaker?.restUntil !== undefined && breaker.restUntil > Date.now()) return "resting";
  if (hour?.failingSince !== undefined) return "failing";
  return hour === undefined || hour.attempts === 0 ? "quiet" : "well";
}

const mostUnresolved = 30;
const nothing: OutboxSnapshot = { outbox: undefined, unresolved: [], feedback: undefined };
const pending = new WeakMap<Outbox, Promise<OutboxSnapshot>>();

/** One query at a time, shared by all visitors: a page takes no connections from the worker. */
async function outboxSnapshot(outbox: Outbox | undefined): Promise<OutboxSnapshot> {
  if (outbox === undefined) return nothing;
  const underWay = pending.get(outbox);
  if (underWay !== undefined) return underWay;
  const result = queryOutbox(outbox).finally(() => pending.delete(outbox));
  pending.set(outbox, result);
  return result;
}

/** A database that is away leaves its part of the page empty. */
async function queryOutbox(outbox: Outbox): Promise<OutboxSnapshot> {
  try {
    // One after the other: of two at once one may still be under way when the other has failed and the next is queried.
    const stats = await outbox.stats();
    const states = ["unknown", "failed", "expired"] as const;
    const unresolved = await outbox.list({ state: states, limit: mostUnresolved });
    return { outbox: stats, unresolved, feedback: await outbox.feedback.stats() };
  } catch {
    return nothing;
  }
}
