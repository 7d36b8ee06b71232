import type { Instruments, Reading } from "./instruments.ts";
import { breakerStates } from "./label-values.ts";
import { type LimitFigures, rateLimitFigures } from "./rate-limit-figures.ts";
import { placedLinks, type WatchedChain } from "./watched.ts";

type Pick = (before: number, now: number) => number;

/** Gauges of how links stand; read from `link.status()` at each scrape, so that nothing has to be kept. */
export function linkGauges(make: Instruments, chains: () => readonly WatchedChain[]): void {
  /** Where two chains have a provider of the same name, the worse of their figures is shown. */
  const gauge = (
    key: Parameters<Instruments["gauge"]>[0],
    worse: Pick,
    read: (status: Readonly<Record<string, unknown>>, provider: string, set: Parameters<Reading>[0]) => void,
  ): void => {
    make.gauge(key, (set) => {
      const shown = new Map<string, { readonly value: number; readonly values: readonly string[] }>();
      const keep = (value: number, ...values: string[]): void => {
        const name = values.join("\n");
        const before = shown.get(name)?.value;
        shown.set(name, { value: before === undefined ? value : worse(before, value), values });
      };
      for (const chain of chains())
        for (const { link } of placedLinks(chain)) read(link.status(), link.id, keep);
      for (const { value, values } of shown.values()) set(value, ...values);
    });
  };
  const perLimit = (pick: (figures: LimitFigures) => number | undefined) =>
    ((status, provider, set) => {
      for (const figures of rateLimitFigures(status.rateLimit)) {
        const value = pick(figures);
        if (value !== undefined) set(value, provider, figures.limit);
      }
    }) satisfies Parameters<typeof gauge>[2];

  make.gauge("breakerState", (set) => {
    for (const [provider, worst] of worstStates(chains()))
      for (const state of breakerStates) set(Number(state === worst), provider, state);
  });
  make.gauge("linkPosition", (set) => {
    for (const chain of chains())
      for (const { link, position, isChain } of placedLinks(chain))
        if (!isChain) set(position, chain.id, link.id);
  });
  gauge("retryBudget", Math.min, ({ retry }, provider, set) => {
    const { budget } = (retry ?? {}) as { readonly budget?: unknown };
    if (typeof budget === "number") set(budget, provider);
  });
  gauge(
    "rateLimitUsed",
    Math.max,
    perLimit(({ used }) => used),
  );
  gauge(
    "rateLimitLimit",
    Math.min,
    perLimit(({ most }) => most),
  );
}

/** The state of each breaker; `open` before `half-open` before `closed`, where two have one name. */
function worstStates(chains: readonly WatchedChain[]): ReadonlyMap<string, string> {
  const worst = new Map<string, string>();
  for (const chain of chains)
    for (const { link } of placedLinks(chain)) {
      const { state } = (link.status().breaker ?? {}) as { readonly state?: unknown };
      if (typeof state !== "string") continue;
      const before = breakerStates.indexOf(worst.get(link.id) ?? "");
      if (breakerStates.indexOf(state) > before) worst.set(link.id, state);
    }
  return worst;
}
