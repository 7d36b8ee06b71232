import type { Failure, Outcome } from "../failure/outcome.ts";
import type { FeedbackResult, FeedbackType } from "../feedback/event.ts";
import type { Suppressed } from "../feedback/suppression.ts";
import type { Attempt, Delivery } from "./delivery.ts";
import type { MessageState } from "./message-state.ts";

interface EventBase {
  /** Ms since 1970. */
  readonly at: number;
  /** The chain's id. */
  readonly chain?: string;
  /** The message's id, where the event belongs to one. */
  readonly message?: string;
}

interface ChainEventBase extends EventBase {
  readonly worker?: undefined;
}

interface WorkerEventBase extends EventBase {
  /** The worker's name. */
  readonly worker: string;
}

/**
 * Everything that happens in chains, in an outbox and in its workers, told apart by `type`. Metrics, logs and traces are
 * made from this alone. `late` is an event of both: with a `worker` it is the worker's.
 */
export type RelaisEvent = ChainEvent | OutboxEvent | WorkerEvent;

export type BreakerState = "closed" | "open" | "half-open";

/** What happens in a chain. */
export type ChainEvent =
  /** A delivery begins. An invalid message has no recipients and no id. */
  | (ChainEventBase & { readonly type: "delivery-start"; readonly recipients: number })
  /** A provider is about to be called. */
  | (ChainEventBase & {
      readonly type: "attempt-start";
      readonly provider: string;
      readonly attempt: string;
      readonly n: number;
    })
  /** An attempt is over, or was held back (`attempt.skipped`). */
  | (ChainEventBase & {
      readonly type: "attempt";
      readonly provider: string;
      readonly attempt: Attempt;
      readonly outcome: Outcome;
    })
  /** The point of no return was crossed. */
  | (ChainEventBase & { readonly type: "hand-over"; readonly provider: string; readonly attempt: string })
  /** A provider answered after we had stopped waiting for it: the truth about an attempt that counts as something else. */
  | (ChainEventBase & {
      readonly type: "late";
      readonly provider: string;
      readonly attempt: string;
      readonly outcome: Outcome;
    })
  /** The same provider will be tried again, `delayMs` after its failure. */
  | (ChainEventBase & {
      readonly type: "retry";
      readonly provider: string;
      readonly failure: Failure;
      readonly delayMs: number;
      readonly next: number;
    })
  /** The table allows another try here, but something else does not. */
  | (ChainEventBase & {
      readonly type: "retry-suppressed";
      readonly provider: string;
      readonly failure: Failure;
      readonly why: "budget" | "deadline" | "wait-too-long";
    })
  /** The next provider is asked. */
  | (ChainEventBase & {
      readonly type: "failover";
      readonly from: string;
      readonly to: string;
      readonly failure: Failure;
      readonly recipients: number;
    })
  /** All providers were asked; the chain waits for one that was busy. */
  | (ChainEventBase & { readonly type: "wait"; readonly delayMs: number })
  | (ChainEventBase & {
      readonly type: "breaker";
      readonly provider: string;
      readonly state: BreakerState;
      readonly failure?: Failure;
      readonly reopenAt?: number;
    })
  /** Recipients are on a suppression list: no provider is asked for them. */
  | (ChainEventBase & {
      readonly type: "suppressed";
      readonly recipients: readonly (Suppressed & { readonly address: string })[];
    })
  /** A suppression list could not be read: the message is deferred, or sent as if nobody were on it. */
  | (ChainEventBase & {
      readonly type: "suppression-unavailable";
      readonly action: "defer" | "send";
      readonly reason: string;
    })
  /** The journal could not be closed; the outcome stands. */
  | (ChainEventBase & { readonly type: "journal-lost"; readonly provider: string; readonly attempt: string })
  /** A delivery is over. */
  | (ChainEventBase & { readonly type: "delivery"; readonly delivery: Delivery; readonly ms: number });

/** What happens in an outbox without a worker. */
export type OutboxEvent =
  /** What providers told was recorded, in one call. */
  ChainEventBase &
    FeedbackResult & {
      readonly type: "feedback-received";
      /** Of those that are stored, or early. */
      readonly counts: readonly {
        readonly provider: string;
        readonly type: FeedbackType;
        readonly count: number;
      }[];
      /** Messages that they settled, or changed. */
      readonly settled: number;
    };

/** What happens in a worker of an outbox, besides the events of the chain that it sends by. */
export type WorkerEvent =
  /** A message that the worker had claimed is sent, or put back, or given up. */
  | (WorkerEventBase & {
      readonly type: "settled";
      readonly message: string;
      readonly tenant: string;
      readonly state: MessageState;
      /** The provider that delivered, if one did. */
      readonly provider?: string | undefined;
      readonly error?: string | undefined;
      /** Ms since 1970: not before then is it tried again. */
      readonly notBefore?: number | undefined;
      /** From the claim to what became of it. */
      readonly ms: number;
      /** Absent if there was nothing to send. */
      readonly delivery?: Delivery | undefined;
      /** It was sent again to somebody who may have had it already, and a provider accepted it for them. */
      readonly possibleDuplicate?: boolean | undefined;
    })
  /** A message was recovered: the worker that had claimed it was lost. */
  | (WorkerEventBase & { readonly type: "recovered"; readonly message: string; readonly state: MessageState })
  /** This worker lost its claim: its lease was not renewed in time. */
  | (WorkerEventBase & { readonly type: "lease-lost"; readonly message: string })
  /** A late result was entered: the chain's event of this type, and the state that the message has with it. */
  | (WorkerEventBase & {
      readonly type: "late";
      readonly message: string;
      readonly provider: string;
      readonly attempt: string;
      readonly outcome: Outcome;
      readonly state: MessageState;
    })
  /** Events that had waited: of messages that are known now, of mail that is not the outbox's, and how many messages they settled. */
  | (WorkerEventBase & {
      readonly type: "feedback";
      readonly matched: number;
      readonly foreign: number;
      readonly settled: number;
    })
  /**
   * Of what a provider was given in the last 24 hours so much bounced hard, or was complained about: it nears the share at
   * which vendors review an account (`near`: half of it), is there (`over`), or has gone back (`below`).
   */
  | (WorkerEventBase & {
      readonly type: "feedback-rate";
      readonly provider: string;
      readonly of: "bounces" | "complaints";
      readonly rate: number;
      readonly limit: number;
      readonly level: "near" | "over" | "below";
    })
  /** Something failed in the background; the worker goes on. */
  | (WorkerEventBase & { readonly type: "error"; readonly during: string; readonly error: string });

/**
 * Observes. Called synchronously, so be quick. Whatever it throws or rejects with is dropped: an observer cannot
 * change a delivery. Events and all they hold are frozen.
 */
export type Observer<Event extends RelaisEvent = RelaisEvent> = (event: Event) => void;

/**
 * One observer out of many (none: `undefined`), which cannot be harmed by any of them: what they throw is dropped, a
 * promise that they return is not waited for and may fail. An event is completed and frozen in place rather than copied,
 * since there are five a send.
 */
export function combineObservers<Event extends RelaisEvent>(
  observers: readonly Observer<Event>[],
  chain: string | undefined,
): Observer<Event> | undefined {
  if (observers.length === 0) return undefined;
  return (event: Event & { chain?: string }) => {
    if (chain !== undefined) event.chain ??= chain;
    const frozen = Object.freeze(event);
    for (const observer of observers) {
      try {
        const returned: unknown = observer(frozen);
        if (returned instanceof Promise) returned.catch(() => undefined);
      } catch {
        // An observer cannot change a delivery.
      }
    }
  };
}

/** One observer out of two, each of which names the event after its own chain. */
export function observeBoth(one: Observer | undefined, other: Observer | undefined): Observer | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return (event) => {
    one({ ...event });
    other(event);
  };
}
