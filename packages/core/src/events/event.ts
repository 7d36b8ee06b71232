import type { Failure, Outcome } from "../failure/outcome.ts";
import type { Attempt, Delivery } from "./delivery.ts";

/** Fields that every event has. */
interface EventBase {
  /** Ms since 1970. */
  readonly at: number;
  /** The chain's id. */
  readonly chain?: string;
  /** `Message.id`, where the event belongs to one. */
  readonly message?: string;
}

export type BreakerState = "closed" | "open" | "half-open";

/** Everything that happens, as one union told apart by `type`. Metrics, logs and traces are made from this alone. */
export type RelaisEvent =
  /** A delivery begins. One that ends at the door has no recipients and no message id. */
  | (EventBase & { readonly type: "delivery-start"; readonly recipients: number })
  /** A provider is about to be called. */
  | (EventBase & {
      readonly type: "attempt-start";
      readonly provider: string;
      readonly attempt: string;
      readonly n: number;
    })
  /** An attempt is over, or was held back (`attempt.skipped`). */
  | (EventBase & {
      readonly type: "attempt";
      readonly provider: string;
      readonly attempt: Attempt;
      readonly outcome: Outcome;
    })
  /** The point of no return was crossed. */
  | (EventBase & { readonly type: "hand-over"; readonly provider: string; readonly attempt: string })
  /** A provider answered after we had stopped waiting for it: the truth about an attempt that counts as something else. */
  | (EventBase & {
      readonly type: "late";
      readonly provider: string;
      readonly attempt: string;
      readonly outcome: Outcome;
    })
  /** The same provider will be tried again, `delayMs` after its failure. */
  | (EventBase & {
      readonly type: "retry";
      readonly provider: string;
      readonly failure: Failure;
      readonly delayMs: number;
      readonly next: number;
    })
  /** The table allows another try here, but something else does not. */
  | (EventBase & {
      readonly type: "retry-suppressed";
      readonly provider: string;
      readonly failure: Failure;
      readonly why: "budget" | "deadline" | "wait-too-long";
    })
  /** The next provider is asked. */
  | (EventBase & {
      readonly type: "failover";
      readonly from: string;
      readonly to: string;
      readonly failure: Failure;
      readonly recipients: number;
    })
  /** Every provider is unable for now; the chain waits and tries again. */
  | (EventBase & { readonly type: "wait"; readonly delayMs: number })
  | (EventBase & {
      readonly type: "breaker";
      readonly provider: string;
      readonly state: BreakerState;
      readonly failure?: Failure;
      readonly reopenAt?: number;
    })
  /** The journal could not be closed; the outcome stands. */
  | (EventBase & { readonly type: "journal-lost"; readonly provider: string; readonly attempt: string })
  /** A delivery is over. */
  | (EventBase & { readonly type: "delivery"; readonly delivery: Delivery; readonly ms: number });

/**
 * Observes. Called synchronously, so be quick. Whatever it throws or rejects with is dropped: an observer cannot
 * change a delivery. Events and all they hold are frozen.
 */
export type Observer = (event: RelaisEvent) => void;

/** An event that no observer has seen yet: it is completed in place rather than copied, since there are five a send. */
type NewEvent = RelaisEvent & { chain?: string };

/**
 * One observer out of many (none: `undefined`), which cannot be harmed by any of them: what they throw is dropped, a
 * promise that they return is not waited for and may fail.
 */
export function combineObservers(observers: readonly Observer[], chain: string): Observer | undefined {
  if (observers.length === 0) return undefined;
  return (event: NewEvent) => {
    event.chain ??= chain;
    const frozen: RelaisEvent = Object.freeze(event);
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
