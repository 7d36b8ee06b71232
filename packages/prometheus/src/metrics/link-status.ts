import type { SetGauge } from "../registry/instruments.ts";
import type { PlacedLink } from "../targets/targets.ts";
import { breakerStates, oneOf } from "./label-values.ts";
import type { Metric } from "./metric.ts";

type LinkStatus = Readonly<Record<string, unknown>>;

/**
 * Reads a gauge from the status of each link, so that nothing has to be kept. Where two chains have a provider of the
 * same name, the worse of their values is shown.
 */
export function perLink(
  worse: (one: number, other: number) => number,
  read: (status: LinkStatus, provider: string, set: SetGauge) => void,
): NonNullable<Metric["read"]> {
  return (set, { links }) => {
    const shown = new Map<string, { readonly value: number; readonly labels: readonly string[] }>();
    const keepWorse: SetGauge = (value, ...labels) => {
      const key = labels.join("\n");
      const before = shown.get(key)?.value;
      shown.set(key, { value: before === undefined ? value : worse(before, value), labels });
    };
    for (const { link } of links()) read(link.status(), link.id, keepWorse);
    for (const { value, labels } of shown.values()) set(value, ...labels);
  };
}

/** Reads a gauge from each rate limit of each link. */
export function perLimit(
  worse: (one: number, other: number) => number,
  pick: (limit: RateLimitStatus) => number | undefined,
): NonNullable<Metric["read"]> {
  return perLink(worse, ({ rateLimit }, provider, set) => {
    for (const limit of rateLimitStatus(rateLimit)) {
      const value = pick(limit);
      if (value !== undefined) set(value, provider, limit.limit);
    }
  });
}

/** The state of each breaker; `open` before `half-open` before `closed`, where two have one name. */
export function breakerStateOf(links: readonly PlacedLink[]): ReadonlyMap<string, string> {
  const worst = new Map<string, string>();
  for (const { link } of links) {
    const { state } = (link.status().breaker ?? {}) as { readonly state?: unknown };
    if (typeof state !== "string") continue;
    const before = breakerStates.indexOf(worst.get(link.id) ?? "");
    if (breakerStates.indexOf(state) > before) worst.set(link.id, state);
  }
  return worst;
}

/** What a rate limit allows, and what is used of it. */
export interface RateLimitStatus {
  /** `second`, `day`, `quota` (what the provider says is left of its day), or `other`. */
  readonly limit: string;
  readonly used: number;
  /** Absent where the policy does not say it. */
  readonly most?: number;
}

const knownLimits: readonly string[] = ["second", "day", "quota"];

/** The limits of a link's status, one of each name: the one that is used up most. */
export function rateLimitStatus(status: unknown): readonly RateLimitStatus[] {
  const { limits } = (status ?? {}) as { readonly limits?: unknown };
  if (!Array.isArray(limits)) return [];
  const fullest = new Map<string, RateLimitStatus>();
  for (const one of limits as readonly { per?: unknown; most?: unknown; used?: unknown }[]) {
    if (typeof one?.used !== "number") continue;
    const { per, most, used } = one;
    const limit = oneOf(knownLimits, typeof per === "string" ? per : undefined);
    const read = typeof most === "number" ? { limit, used, most } : { limit, used };
    const before = fullest.get(limit);
    if (before === undefined || usedShare(read) > usedShare(before)) fullest.set(limit, read);
  }
  return [...fullest.values()];
}

const usedShare = ({ used, most = Number.POSITIVE_INFINITY }: RateLimitStatus): number =>
  most === 0 ? 1 : used / most;
