import type { Instruments } from "./instruments.ts";
import type { KnownNames } from "./label-values.ts";

interface QuotaFigures {
  readonly perDay?: unknown;
  readonly sentLastDay?: unknown;
}

/** What `chain.verify()` tells, as far as it is needed here. */
export interface HealthFigures {
  readonly provider?: unknown;
  readonly quota?: unknown;
  readonly providers?: unknown;
}

/** Gauges of daily quotas. @returns what takes in the answer of `verify` */
export function quotaGauges(make: Instruments, providers: KnownNames): (health: unknown) => void {
  const quotas = new Map<string, QuotaFigures>();
  for (const [key, field] of [
    ["quotaLimit", "perDay"],
    ["quotaUsed", "sentLastDay"],
  ] as const)
    make.gauge(key, (set) => {
      for (const [provider, quota] of quotas) {
        const value = quota[field];
        if (typeof value === "number") set(value, provider);
      }
    });

  const take = (health: unknown): void => {
    if (typeof health !== "object" || health === null) return;
    const { provider, quota, providers: inner } = health as HealthFigures;
    if (Array.isArray(inner)) for (const one of inner) take(one);
    if (typeof provider === "string" && typeof quota === "object" && quota !== null)
      quotas.set(providers.of(provider), quota);
  };
  return take;
}
