import type { Attempt, Delivery } from "../events/delivery.ts";
import type { FailureKind } from "../failure/kinds.ts";
import { type Failure, failure, type Rejection } from "../failure/outcome.ts";
import { aggregateKind, mostRetryable } from "../failure/precedence.ts";
import type { Message } from "../message/message.ts";
import { type Clock, wallAt } from "../runtime/clock.ts";
import { reason } from "../runtime/sanitize.ts";
import { type RecipientState, RecipientTracker } from "./recipient-tracker.ts";

/** Kinds that pass by themselves. */
const waitable: ReadonlySet<FailureKind> = new Set(["throttled", "deferred", "skipped"]);
const none: readonly never[] = Object.freeze([]);

/** What a delivery holds besides what is known of its recipients. */
export interface DeliveryParts {
  readonly id: string;
  readonly chain: string;
  readonly attempts: readonly Attempt[];
  readonly clock: Clock;
}

/** How a delivery ended. */
export function buildDelivery(
  tracker: RecipientTracker,
  { id, chain, attempts, clock }: DeliveryParts,
): Delivery {
  Object.freeze(attempts);
  const receipts = Object.freeze(tracker.receipts);
  const { fullReceipt } = tracker;
  if (fullReceipt !== undefined) {
    const { provider, messageId, accepted, rejected } = fullReceipt;
    return Object.freeze({
      success: true,
      status: "sent",
      provider,
      messageId,
      id,
      attempts,
      failures: none,
      accepted,
      rejected,
      receipts,
    });
  }
  const accepted: string[] = [];
  const rejected: Rejection[] = [];
  let { possibleDuplicate } = tracker;
  for (const state of tracker.states) {
    const { address, status, unknowns } = state;
    possibleDuplicate ||= unknowns > (status === "accepted" ? 0 : 1);
    if (status === "accepted") accepted.push(address);
    else rejected.push(Object.freeze({ address, failure: failureOf(state, chain) }));
  }
  const ofLinks = failuresInOrder(tracker.failures, tracker.innerFailures);
  const failures = tracker.early === undefined ? ofLinks : [tracker.early, ...ofLinks];
  const common = {
    id,
    attempts,
    failures: Object.freeze(failures),
    accepted: Object.freeze(accepted),
    rejected: Object.freeze(rejected),
    receipts,
    ...(possibleDuplicate ? { possibleDuplicate } : {}),
  };
  const [first] = receipts;
  if (rejected.length === 0 && first !== undefined) {
    const { provider, messageId } = first;
    return Object.freeze({ success: true, status: "sent", provider, messageId, ...common });
  }
  const kind = aggregateKind(rejected.map(({ failure }) => failure));
  const error = errorLine(failures);
  return Object.freeze({
    success: false,
    status: kind === "unknown" ? "unknown" : accepted.length > 0 ? "partial" : "failed",
    provider: chain,
    kind,
    error,
    reason: reason(error),
    ...common,
    ...(waitable.has(kind) ? retryTime(tracker, clock) : {}),
  });
}

/** Why a recipient does not (or perhaps does) have the message. */
function failureOf({ end, failures }: RecipientState, chain: string): Failure {
  return (
    end ??
    mostRetryable(failures) ??
    failure({ provider: chain, kind: "unknown", reason: "no provider said what became of it" })
  );
}

/** One a provider, in chain order; a chain within the chain counts as its providers. */
export function failuresInOrder(
  failures: readonly (Failure | undefined)[],
  innerFailures: readonly (readonly Failure[] | undefined)[] = [],
): readonly Failure[] {
  const all: Failure[] = [];
  for (let index = 0; index < Math.max(failures.length, innerFailures.length); index++) {
    const failure = failures[index];
    const inner = innerFailures[index] ?? failure?.failures;
    if (inner !== undefined && inner.length > 0) all.push(...inner);
    else if (failure !== undefined) all.push(failure);
  }
  return all;
}

/** `ID: reason | ID: reason` */
export function errorLine(failures: readonly Failure[]): string {
  return failures.map((failure) => `${failure.provider}: ${failure.reason}`).join(" | ");
}

/** The earliest time worth trying again, if every provider is only unable for a while. */
function retryTime({ failures, states }: RecipientTracker, clock: Clock) {
  if (failures.some((failure) => failure !== undefined && !waitable.has(failure.kind))) return {};
  const times = states.flatMap(({ status, retryAt }) => (status === "accepted" ? [] : retryAt));
  const known = times.filter((time) => time !== undefined);
  if (known.length === 0) return {};
  const earliest = Math.min(...known);
  const retryAfterMs = Math.max(0, Math.ceil(earliest - clock.now()));
  return { retryAt: Math.ceil(wallAt(clock, earliest)), retryAfterMs };
}

/** Why a delivery ended before any provider was called. */
export interface Refusal {
  readonly kind: FailureKind & ("rejected" | "misconfigured" | "cancelled" | "skipped");
  readonly reason: string;
  readonly code?: string | undefined;
}

/**
 * A delivery that ended before any provider was called.
 * @param message absent if there never was one; else each of `to` is in `rejected`
 */
export function refusedDelivery(
  { id: chain, clock }: { readonly id: string; readonly clock: Clock },
  { kind, reason, code }: Refusal,
  message?: Message,
  to: readonly string[] = message?.envelope.to ?? [],
): Delivery {
  const rules = { shouldFailOver: () => false, now: () => clock.now() };
  const tracker = new RecipientTracker(to.length === 0 ? [""] : to, rules);
  const provider = kind === "skipped" ? chain : "message";
  tracker.record(0, failure({ provider, kind, reason, code }), tracker.recipients);
  const delivery = buildDelivery(tracker, { id: message?.id ?? "", chain, attempts: [], clock });
  return to.length === 0 ? Object.freeze({ ...delivery, rejected: none }) : delivery;
}
