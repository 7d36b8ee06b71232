import type { Chain, LinkStatus } from "@relais/core";
import type { Outbox, OutboxMessage, OutboxStats } from "@relais/outbox";
import type { Monitor, ProviderHour, Watched } from "./monitor.ts";

/** A link as the page shows it. */
export interface ShownLink {
  readonly id: string;
  readonly health: "well" | "failing" | "down" | "resting" | "quiet";
  readonly status: LinkStatus;
  readonly hour: ProviderHour | undefined;
}

/** Everything on the page, at one moment. */
export interface Snapshot {
  readonly at: number;
  readonly watched: Watched;
  readonly links: readonly ShownLink[];
  readonly outbox: OutboxStats | undefined;
  /** Messages that need a person. */
  readonly troubles: readonly OutboxMessage[];
}

const mostTroubles = 30;

function healthOf(status: LinkStatus, hour: ProviderHour | undefined): ShownLink["health"] {
  const { breaker } = status;
  if (breaker?.state === "open") return "down";
  if (breaker?.restUntil !== undefined && breaker.restUntil > Date.now()) return "resting";
  if (hour?.failingSince !== undefined) return "failing";
  return hour === undefined || hour.attempts === 0 ? "quiet" : "well";
}

type OfOutbox = Pick<Snapshot, "outbox" | "troubles">;
const asked = new WeakMap<Outbox, Promise<OfOutbox>>();

/** One question at a time: visitors of a page do not take from the worker what connections there are. */
function ofOutbox(outbox: Outbox | undefined): Promise<OfOutbox> {
  if (outbox === undefined) return Promise.resolve({ outbox: undefined, troubles: [] });
  const underWay = asked.get(outbox);
  if (underWay !== undefined) return underWay;
  const answer = ask(outbox).finally(() => asked.delete(outbox));
  asked.set(outbox, answer);
  return answer;
}

/** A database that is away leaves its part of the page empty. */
async function ask(outbox: Outbox): Promise<OfOutbox> {
  try {
    // One after the other: of two at once one may still be under way when the other has failed, and the next is asked.
    const stats = await outbox.stats();
    const troubles = await outbox.list({ state: ["unknown", "failed", "expired"], limit: mostTroubles });
    return { outbox: stats, troubles };
  } catch {
    return { outbox: undefined, troubles: [] };
  }
}

export async function snapshot(
  chain: Pick<Chain, "links">,
  monitor: Monitor,
  outbox: Outbox | undefined,
): Promise<Snapshot> {
  const watched = monitor.watched();
  const links = chain.links.map((link) => {
    const status = link.status();
    const hour = watched.providers.get(link.id);
    return { id: link.id, health: healthOf(status, hour), status, hour };
  });
  return { at: Date.now(), watched, links, ...(await ofOutbox(outbox)) };
}
