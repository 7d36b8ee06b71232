import type { Failure, FailureKind, RelaisEvent } from "@relais/core";
import type { Notice } from "./notice.ts";
import { reputationRunbook, unknownRunbook } from "./unknown.ts";

export interface NoticeRules {
  readonly quietMs: number;
  /** Failures that make a failover worth a notice. */
  readonly kinds: ReadonlySet<FailureKind>;
}

/** What is remembered of a provider of a chain. */
interface ProviderState {
  readonly chain: string;
  readonly provider: string;
  lastFailoverAt: number;
  lastOpenNoticeAt: number;
  lastUnknownNoticeAt: number;
  /** When a rate was told of last, and what of it. */
  readonly rates: Map<string, { readonly at: number; readonly level: string }>;
  /** Its breaker is not closed. */
  isDown: boolean;
  /** A notice said that it is down: its recovery gets one, too. */
  isTold: boolean;
  failure: Failure | undefined;
  suppressed: number;
}

/** A bound for the memory, above the number of providers that any process has. */
const maxProviders = 1_000;

/** Decides which events are worth a notice. Time is that of the events: nothing is awaited and no timer set. */
export function noticeRules({ quietMs, kinds }: NoticeRules): (event: RelaisEvent) => Notice | undefined {
  const states = new Map<string, ProviderState>();
  const stateOf = (chain: string, provider: string): ProviderState => {
    const key = `${chain}\n${provider}`;
    const known = states.get(key);
    if (known !== undefined) return known;
    const [oldest] = states.keys();
    if (oldest !== undefined && states.size >= maxProviders) states.delete(oldest);
    const never = Number.NEGATIVE_INFINITY;
    const times = { lastFailoverAt: never, lastOpenNoticeAt: never, lastUnknownNoticeAt: never };
    const flags = { isDown: false, isTold: false };
    const state: ProviderState = {
      chain,
      provider,
      ...times,
      ...flags,
      failure: undefined,
      suppressed: 0,
      rates: new Map(),
    };
    states.set(key, state);
    return state;
  };
  /** That a provider is down is told once; not within the quiet time of an earlier notice, but when it is over. */
  const stillDown = (state: ProviderState, at: number): Notice | undefined => {
    if (!state.isDown || state.isTold || at - state.lastOpenNoticeAt < quietMs) {
      state.suppressed += 1;
      return undefined;
    }
    state.isTold = true;
    state.lastOpenNoticeAt = at;
    return notice(state, { type: "breaker-open", at }, state.failure);
  };

  return (event) => {
    const { chain = "chain", at } = event;
    if (event.type === "failover") {
      if (!kinds.has(event.failure.kind)) return undefined;
      const state = stateOf(chain, event.from);
      const quiet = at - state.lastFailoverAt;
      state.lastFailoverAt = at;
      // Where a notice said that the provider is down, its messages are expected elsewhere.
      if (quiet >= quietMs && !state.isTold)
        return notice(state, { type: "fallback", at, to: event.to }, event.failure);
      return stillDown(state, at);
    }
    if (event.type === "delivery") {
      const lost = event.delivery.failures.findLast(({ kind }) => kind === "unknown");
      if (event.delivery.status !== "unknown" || lost === undefined || !kinds.has("unknown"))
        return undefined;
      const state = stateOf(chain, lost.provider);
      if (at - state.lastUnknownNoticeAt < quietMs) {
        state.suppressed += 1;
        return undefined;
      }
      state.lastUnknownNoticeAt = at;
      return notice(state, { type: "unknown", at, message: event.delivery.id }, lost);
    }
    if (event.type === "feedback-rate") {
      const { provider, of, rate, limit, level } = event;
      if (level === "below") return undefined;
      const state = stateOf(chain, provider);
      const last = state.rates.get(of);
      // One that has grown worse is told at once.
      if (last !== undefined && at - last.at < quietMs && (last.level === level || level === "near"))
        return undefined;
      state.rates.set(of, { at, level });
      return notice(state, { type: "rate", at, of, rate, limit }, undefined);
    }
    if (event.type !== "breaker" || event.state === "half-open") return undefined;
    const state = stateOf(chain, event.provider);
    if (event.state === "open") {
      state.isDown = true;
      state.failure = event.failure;
      return stillDown(state, at);
    }
    const wasTold = state.isDown && state.isTold;
    state.isDown = false;
    state.isTold = false;
    return wasTold ? notice(state, { type: "recovered", at }, undefined) : undefined;
  };
}

/** A frozen notice with its sentence: kind and code of the failure, never its reason. */
function notice(
  state: ProviderState,
  { message: id, ...event }: Pick<Notice, "type" | "at" | "to" | "message" | "of" | "rate" | "limit">,
  failure: Failure | undefined,
): Notice {
  const { chain, provider } = state;
  // What was not told is of other kinds than a rate.
  const suppressed = event.type === "rate" ? 0 : state.suppressed;
  state.suppressed -= suppressed;
  const kind = failure?.kind;
  // A code is the server's own word, an id the caller's; one that holds an address is not passed on.
  const safe = (text: string | undefined): string | undefined =>
    text === undefined || /@|%40/.test(text) ? undefined : text;
  const code = safe(failure?.code);
  const message = safe(id);
  const why = kind === undefined ? "" : ` (${code === undefined ? kind : `${kind}, ${code}`})`;
  const sentence = {
    fallback: `${provider} fails${why}: its messages go to ${event.to}`,
    "breaker-open": `${provider} fails${why}: its breaker has opened, it is not called for now`,
    rate: rateSentence(provider, event),
    recovered: `${provider} has recovered: its breaker has closed`,
    unknown: `${provider} has not answered${why} after message ${message ?? "(its id is withheld)"} was handed over, by ${new Date(event.at).toISOString()}: it may have arrived; look up there whether its Message-ID did, before it is sent again (${unknownRunbook})`,
  }[event.type];
  const more = suppressed === 0 ? "" : ` (${suppressed} more since the last notice)`;
  return Object.freeze({
    ...event,
    chain,
    provider,
    suppressed,
    ...(kind !== undefined && { kind }),
    ...(code !== undefined && { code }),
    ...(message !== undefined && { message }),
    text: `Chain ${chain}: ${sentence}${more}.`,
  });
}

function rateSentence(
  provider: string,
  { of, rate = 0, limit = 0 }: Pick<Notice, "of" | "rate" | "limit">,
): string {
  const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;
  const what = of === "complaints" ? "are complained about" : "bounce for good";
  return `${percent(rate)} of the mails that ${provider} delivers ${what}: vendors review accounts from ${percent(limit)} (${reputationRunbook})`;
}
