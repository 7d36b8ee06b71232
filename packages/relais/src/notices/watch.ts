import type { Failure, FailureKind, RelaisEvent } from "@relais/core";
import type { Notice } from "./notice.ts";
import { noticeOf } from "./notice-of.ts";

export interface WatchRules {
  readonly quietMs: number;
  /** Failures that make a failover worth a notice. */
  readonly kinds: ReadonlySet<FailureKind>;
}

/** What is remembered of a provider of a chain. */
interface Standing {
  readonly chain: string;
  readonly provider: string;
  lastFailoverAt: number;
  lastOpenNoticeAt: number;
  /** Its breaker is not closed. */
  isDown: boolean;
  /** Somebody was told that it is down, and is owed the news of its recovery. */
  isTold: boolean;
  failure: Failure | undefined;
  suppressed: number;
}

/** More providers than this no process has; with less memory than this no process runs. */
const maxStandings = 1_000;

/** Decides which events are worth a notice. Time is that of the events: nothing is awaited and no timer set. */
export function watch({ quietMs, kinds }: WatchRules): (event: RelaisEvent) => Notice | undefined {
  const standings = new Map<string, Standing>();

  const standingOf = (chain: string, provider: string): Standing => {
    const key = `${chain}\n${provider}`;
    const known = standings.get(key);
    if (known !== undefined) return known;
    const [oldest] = standings.keys();
    if (oldest !== undefined && standings.size >= maxStandings) standings.delete(oldest);
    const never = Number.NEGATIVE_INFINITY;
    const made: Standing = {
      chain,
      provider,
      lastFailoverAt: never,
      lastOpenNoticeAt: never,
      isDown: false,
      isTold: false,
      failure: undefined,
      suppressed: 0,
    };
    standings.set(key, made);
    return made;
  };

  return (event) => {
    const { chain = "chain", at } = event;
    if (event.type === "failover") {
      if (!kinds.has(event.failure.kind)) return undefined;
      const standing = standingOf(chain, event.from);
      const quiet = at - standing.lastFailoverAt;
      standing.lastFailoverAt = at;
      // Who knows that it is not called expects its messages elsewhere.
      if (quiet >= quietMs && !standing.isTold)
        return tell(standing, { type: "fallback", at, to: event.to }, event.failure);
      return stillDown(standing, at, quietMs);
    }
    if (event.type !== "breaker" || event.state === "half-open") return undefined;
    const standing = standingOf(chain, event.provider);
    if (event.state === "open") {
      standing.isDown = true;
      standing.failure = event.failure;
      return stillDown(standing, at, quietMs);
    }
    const owed = standing.isDown && standing.isTold;
    standing.isDown = false;
    standing.isTold = false;
    return owed ? tell(standing, { type: "recovered", at }, undefined) : undefined;
  };
}

/** That a provider is down is told once; if it was told only just now, of an earlier time, then when quiet time is over. */
function stillDown(standing: Standing, at: number, quietMs: number): Notice | undefined {
  if (!standing.isDown || standing.isTold || at - standing.lastOpenNoticeAt < quietMs) {
    standing.suppressed += 1;
    return undefined;
  }
  standing.isTold = true;
  standing.lastOpenNoticeAt = at;
  return tell(standing, { type: "breaker-open", at }, standing.failure);
}

function tell(
  standing: Standing,
  what: Pick<Notice, "type" | "at" | "to">,
  failure: Failure | undefined,
): Notice {
  const { chain, provider, suppressed } = standing;
  standing.suppressed = 0;
  return noticeOf({ ...what, chain, provider, suppressed }, failure);
}
