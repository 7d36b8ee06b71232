/** What a rate limit allows, and what is used of it. */
export interface LimitFigures {
  /** `second`, `day`, `quota` (what the provider says is left of its day), or `other`. */
  readonly limit: string;
  readonly used: number;
  /** Absent where the policy does not say it in figures. */
  readonly most?: number;
}

/** How the policy `rateLimit` words its limits in `link.status()`. */
const wordings: readonly (readonly [pattern: RegExp, limit: string])[] = [
  [/^own limit of ([\d.]+) a second$/, "second"],
  [/^own limit of ([\d.]+) a day$/, "day"],
  [/^the provider's daily quota \((\d+) left when last asked\)$/, "quota"],
];

/** The limits of a link's status, one of each name: the one that is used up most. */
export function rateLimitFigures(status: unknown): readonly LimitFigures[] {
  const { limits } = (status ?? {}) as { readonly limits?: unknown };
  if (!Array.isArray(limits)) return [];
  const fullest = new Map<string, LimitFigures>();
  for (const one of limits as readonly { readonly limit?: unknown; readonly used?: unknown }[]) {
    if (typeof one?.used !== "number") continue;
    const read = figures(String(one.limit), one.used);
    const before = fullest.get(read.limit);
    if (before === undefined || share(read) > share(before)) fullest.set(read.limit, read);
  }
  return [...fullest.values()];
}

function figures(words: string, used: number): LimitFigures {
  for (const [pattern, limit] of wordings) {
    const most = Number(pattern.exec(words)?.[1] ?? Number.NaN);
    if (!Number.isNaN(most)) return { limit, used, most };
  }
  return { limit: "other", used };
}

const share = ({ used, most = Number.POSITIVE_INFINITY }: LimitFigures): number =>
  most === 0 ? 1 : used / most;
