import type { WorkerEvent } from "@relais/core";
import type { ProviderFeedback } from "../store/feedback-counts.ts";

type RateEvent = Extract<WorkerEvent, { readonly type: "feedback-rate" }>;
/** A rate that has come near its limit, or over it, or has gone back. */
export type RateChange = Pick<RateEvent, "provider" | "of" | "rate" | "limit" | "level">;

/** The shares from which vendors review accounts: those of SES, which others are at or above. */
const limits = { bounces: 0.05, complaints: 0.001 } as const;
/** Of a limit: it is near. */
const nearShare = 0.5;
/** Of a threshold: a rate that has crossed it must fall so far before it counts as gone back. */
const backShare = 0.8;
const weights = ["below", "near", "over"] as const;

/** Says when a provider's rates come near their limits, each time they cross a threshold. */
export function rateWatch(): (providers: readonly ProviderFeedback[]) => readonly RateChange[] {
  const levels = new Map<string, RateChange["level"]>();
  return (providers) =>
    providers.flatMap(({ provider, bounceRate, complaintRate }) =>
      Object.entries({ bounces: bounceRate, complaints: complaintRate }).flatMap(([name, rate = 0]) => {
        const of = name as RateChange["of"];
        const limit = limits[of];
        const key = `${of} ${provider}`;
        const before = levels.get(key) ?? "below";
        // Just under a threshold it stays what it was.
        const held = levelOf(rate / backShare, limit);
        const now = levelOf(rate, limit);
        const level = weights.indexOf(now) >= weights.indexOf(before) || held !== before ? now : before;
        levels.set(key, level);
        return level === before ? [] : [{ provider, of, rate, limit, level }];
      }),
    );
}

function levelOf(rate: number, limit: number): RateChange["level"] {
  if (rate >= limit) return "over";
  return rate >= limit * nearShare ? "near" : "below";
}
