import { type Link, makeLink } from "../src/chain/link.ts";
import type { Attempt } from "../src/events/delivery.ts";
import type { RelaisEvent } from "../src/events/event.ts";
import type { Journal } from "../src/events/journal.ts";
import type { Outcome } from "../src/failure/outcome.ts";
import type { Message } from "../src/message/message.ts";
import type { Policy } from "../src/policies/policy.ts";
import type { Provider } from "../src/provider/provider.ts";
import type { AttemptScope } from "../src/provider/scope.ts";
import { type Clock, systemClock } from "../src/runtime/clock.ts";
import { sampleMessage } from "./sample-message.ts";

/** A link without a chain, and what a chain around it would see. */
export interface LoneLink {
  readonly link: Link;
  readonly attempts: readonly Attempt[];
  readonly events: readonly RelaisEvent[];
  send(options?: LoneSend): Promise<Outcome>;
  ofType<T extends RelaisEvent["type"]>(type: T): readonly Extract<RelaisEvent, { type: T }>[];
}

export interface LoneSend {
  readonly signal?: AbortSignal;
  readonly message?: Message;
  readonly deadlineAt?: number;
  readonly journal?: Journal;
  readonly handOver?: () => Promise<void>;
}

export function loneLink(
  provider: Provider,
  policies: readonly Policy[],
  clock: Clock = systemClock,
): LoneLink {
  const link = makeLink(provider, policies, clock);
  const attempts: Attempt[] = [];
  const events: RelaisEvent[] = [];
  let count = 0;
  return {
    link,
    attempts,
    events,
    ofType: <T extends RelaisEvent["type"]>(type: T) =>
      events.filter((event): event is Extract<RelaisEvent, { type: T }> => event.type === type),
    async send(options = {}) {
      const message = options.message ?? (await sampleMessage());
      const scope: AttemptScope = {
        observe: (event) => void events.push(event),
        journal: options.journal,
        deadlineAt: options.deadlineAt ?? Number.POSITIVE_INFINITY,
        nextAttempt: () => ++count,
        record: (attempt) => void attempts.push(attempt),
      };
      return link.send(message, {
        envelope: message.envelope,
        signal: options.signal ?? new AbortController().signal,
        handOver: options.handOver ?? (() => Promise.resolve()),
        scope,
      });
    },
  };
}
