import { oneOf } from "./label-values.ts";

/** What a rate limit allows, and what is used of it. */
export interface LimitFigures {
  /** `second`, `day`, `quota` (what the provider says is left of its day), or `other`. */
  readonly limit: string;
  readonly used: number;
  /** Absent where the policy does not say it. */
  readonly most?: number;
}

const known: readonly string[] = ["second", "day", "quota"];

/** The limits of a link's status, one of each name: the one that is used up most. */
export function rateLimitFigures(status: unknown): readonly LimitFigures[] {
  const { limits } = (status ?? {}) as { readonly limits?: unknown };
  if (!Array.isArray(limits)) return [];
  const fullest = new Map<string, LimitFigures>();
  for (const one of limits as readonly { per?: unknown; most?: unknown; used?: unknown }[]) {
    if (typeof one?.used !== "number") continue;
    const { per, most, used } = one;
    const limit = oneOf(known, typeof per === "string" ? per : undefined);
    const read = typeof most === "number" ? { limit, used, most } : { limit, used };
    const before = fullest.get(limit);
    if (before === undefined || share(read) > share(before)) fullest.set(limit, read);
  }
  return [...fullest.values()];
}

const share = ({ used, most = Number.POSITIVE_INFINITY }: LimitFigures): number =>
  most === 0 ? 1 : used / most;
