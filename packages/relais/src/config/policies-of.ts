import { type Policy, standardPolicies, standardTimeoutMs } from "@relais/core";
import type { EffectiveProvider } from "./effective-config.ts";
import type { ProviderEntry } from "./relais-config.ts";

/** An entry's policies with their defaults filled in, as plain data. */
export function effectivePolicies(entry: ProviderEntry): Omit<EffectiveProvider, "use" | "id" | "options"> {
  const given = (value: boolean | object | undefined): false | object =>
    value === false ? false : typeof value === "object" ? value : {};
  const { rateLimit: rate } = entry;
  return {
    retry: given(entry.retry),
    breaker: given(entry.breaker),
    timeoutMs: entry.timeoutMs ?? standardTimeoutMs,
    ...(entry.afterHandOverMs === undefined ? {} : { afterHandOverMs: entry.afterHandOverMs }),
    ...(rate === undefined ? {} : { rateLimit: rate === "fromProvider" ? { fromProvider: true } : rate }),
    ...(entry.concurrency === undefined ? {} : { concurrency: entry.concurrency }),
    ...(entry.overrides === undefined ? {} : { overrides: entry.overrides }),
  };
}

/** The policies themselves. */
export function policiesOf(entry: Omit<EffectiveProvider, "use" | "id" | "options">): readonly Policy[] {
  return standardPolicies(entry);
}
