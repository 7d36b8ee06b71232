/** A chain, as far as its metrics need it; one of `@relais/core` has this shape. */
export interface WatchedChain {
  readonly id: string;
  readonly links: readonly WatchedLink[];
  verify?(context?: { readonly signal?: AbortSignal }): Promise<unknown>;
}

/** A link, as far as its metrics need it. */
export interface WatchedLink {
  readonly id: string;
  readonly provider?: unknown;
  status(): Readonly<Record<string, unknown>>;
}

/** An outbox, as far as its metrics need it; one of `@relais/outbox` has this shape. */
export interface WatchedOutbox {
  /** `oldestQueuedMs` in ms. */
  stats(): Promise<{
    readonly byState: Readonly<Record<string, number>>;
    readonly oldestQueuedMs: number;
    readonly rescheduled: number;
  }>;
  /** Absent: nothing is known of what providers tell. */
  readonly feedback?: { stats(): Promise<FeedbackFigures> } | undefined;
}

/** What providers told an outbox, as far as its metrics need it. */
export interface FeedbackFigures {
  readonly providers: readonly {
    readonly provider: string;
    /** Within the last 24 hours. */
    readonly byType: Readonly<Record<string, number>>;
    readonly bounceRate?: number;
    readonly complaintRate?: number;
    readonly lastAt: Date;
  }[];
  readonly early: number;
  readonly suppressed: Readonly<Record<string, number>>;
}

/** The worker of an outbox, as far as its metrics need it. */
export interface WatchedWorker {
  /** `tickedAt` is ms since 1970. */
  status(): { readonly busy: number; readonly concurrency: number; readonly tickedAt: number };
}

/** What is read at each scrape. */
export interface Watched {
  /** A chain, or what gives the present one where it may be made anew. */
  readonly chain?: WatchedChain | (() => WatchedChain) | undefined;
  readonly outbox?: WatchedOutbox | undefined;
  readonly worker?: WatchedWorker | undefined;
  /** How often the chain is asked for its quotas, by `verify`, ms: at least a minute, or 0 for never. @defaultValue 0 */
  readonly quotaEveryMs?: number | undefined;
}

/** More than a timer can hold would make it fire at once. */
const mostMs = 2 ** 31 - 1;

/** @throws {TypeError | RangeError} one sentence that names what is wrong */
export function checkWatched(watched: Watched): void {
  const has = (where: unknown, name: string, type = "function"): boolean =>
    typeof where === "object" && where !== null && typeof (where as Record<string, unknown>)[name] === type;
  const { chain, outbox, worker, quotaEveryMs = 0 } = watched;
  if (
    typeof chain !== "function" &&
    chain !== undefined &&
    !(has(chain, "id", "string") && Array.isArray(chain.links))
  )
    throw new TypeError("prometheus: chain must be what createChain gives");
  if (outbox !== undefined && !has(outbox, "stats"))
    throw new TypeError("prometheus: outbox must be what createOutbox gives");
  if (worker !== undefined && !has(worker, "status"))
    throw new TypeError("prometheus: worker must be what createWorker gives");
  if (quotaEveryMs !== 0 && !(quotaEveryMs >= 60_000 && quotaEveryMs <= mostMs))
    throw new RangeError(`prometheus: quotaEveryMs must be 0, or milliseconds from 60000 to ${mostMs}`);
}

/** A link where it stands, nested ones too. */
export interface PlacedLink {
  readonly link: WatchedLink;
  /** 1 for the first; that of the chain around it for one that is nested. */
  readonly position: number;
  /** It is a chain itself, and makes no attempts of its own. */
  readonly isChain: boolean;
}

/** All links of a chain, those of chains within it too. */
export function placedLinks(chain: WatchedChain, within?: number): readonly PlacedLink[] {
  return chain.links.flatMap((link, i) => {
    const position = within ?? i + 1;
    const inner = innerChain(link);
    const own = { link, position, isChain: inner !== undefined };
    return inner === undefined ? [own] : [own, ...placedLinks(inner, position)];
  });
}

/** The chain that stands behind a link, if one does. */
export function innerChain(link: WatchedLink): WatchedChain | undefined {
  const { provider } = link;
  const isChain =
    typeof provider === "object" && provider !== null && "links" in provider && Array.isArray(provider.links);
  return isChain ? (provider as WatchedChain) : undefined;
}
