import type { Attempt, Delivery } from "../events/delivery.ts";
import type { FailureKind } from "../failure/kinds.ts";
import { type Failure, failure, type Rejection } from "../failure/outcome.ts";
import { aggregateKind, mostRetryable } from "../failure/precedence.ts";
import type { Message } from "../message/message.ts";
import { type Clock, wallAt } from "../runtime/clock.ts";
import { reason } from "../runtime/sanitize.ts";
import { type RecipientState, type RecipientTracker, recipientTracker } from "./recipient-tracker.ts";

const waitable: ReadonlySet<FailureKind> = new Set(["throttled", "deferred", "skipped"]);

/** Why a recipient does not (or perhaps does) have the message. */
function failureOf(standing: RecipientState, chain: string): Failure {
  const said = standing.end ?? mostRetryable(standing.failures);
  return said ?? failure({ provider: chain, kind: "unknown", reason: "no provider said what became of it" });
}

/** One a provider, in chain order; a chain within the chain counts as its providers. */
export function failuresInOrder(
  failures: readonly (Failure | undefined)[],
  within: readonly (readonly Failure[] | undefined)[] = [],
): readonly Failure[] {
  const all: Failure[] = [];
  for (let place = 0; place < Math.max(failures.length, within.length); place++) {
    const failure = failures[place];
    const inner = within[place] ?? failure?.failures;
    if (inner !== undefined && inner.length > 0) all.push(...inner);
    else if (failure !== undefined) all.push(failure);
  }
  return all;
}

/** `ID: reason | ID: reason` */
export function errorLine(failures: readonly Failure[]): string {
  return failures.map((failure) => `${failure.provider}: ${failure.reason}`).join(" | ");
}

/** What `conclude` needs besides the books. */
export interface Ending {
  readonly id: string;
  readonly chain: string;
  readonly attempts: readonly Attempt[];
  readonly clock: Clock;
}

const none: readonly never[] = Object.freeze([]);

/** How a delivery ended, from its books. */
export function buildDelivery(books: RecipientTracker, ending: Ending): Delivery {
  const whole = books.fullReceipt();
  const attempts = Object.freeze(ending.attempts);
  const receipts = Object.freeze(books.receipts);
  if (whole !== undefined) {
    const { provider, messageId, accepted, rejected } = whole;
    const { id } = ending;
    return Object.freeze({
      success: true,
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
  let twice = books.possibleDuplicate;
  for (const standing of books.states()) {
    const { address, status, unknowns } = standing;
    twice ||= unknowns > (status === "accepted" ? 0 : 1);
    if (status === "accepted") accepted.push(address);
    else rejected.push(Object.freeze({ address, failure: failureOf(standing, ending.chain) }));
  }
  const failures = failuresInOrder(books.failures, books.innerFailures);
  const common = {
    id: ending.id,
    attempts,
    failures: Object.freeze(failures),
    accepted: Object.freeze(accepted),
    rejected: Object.freeze(rejected),
    receipts,
    ...(twice ? { possibleDuplicate: true as const } : {}),
  };
  const [first] = receipts;
  if (rejected.length === 0 && first !== undefined) {
    return Object.freeze({ success: true, provider: first.provider, messageId: first.messageId, ...common });
  }
  const kind = aggregateKind(rejected.map(({ failure }) => failure));
  const error = errorLine(failures);
  const again = waitable.has(kind) ? earliest(books) : undefined;
  return Object.freeze({
    success: false,
    status: kind === "unknown" ? "unknown" : accepted.length > 0 ? "partial" : "failed",
    provider: ending.chain,
    kind,
    error,
    reason: reason(error),
    ...common,
    ...(again === undefined ? {} : waitUntil(again, ending.clock)),
  });
}

function waitUntil(again: number, clock: Clock) {
  const retryAfterMs = Math.max(0, Math.ceil(again - clock.now()));
  return { retryAt: Math.ceil(wallAt(clock, again)), retryAfterMs };
}

/** The earliest time worth trying, as the clock counts, if every provider is only unable for a while. */
function earliest(books: RecipientTracker): number | undefined {
  if (books.failures.some((failure) => failure !== undefined && !waitable.has(failure.kind)))
    return undefined;
  const times = books.states().flatMap(({ status, retryAt }) => (status === "accepted" ? [] : retryAt));
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Why a delivery ended before any provider was asked. */
export interface Refusal {
  readonly kind: FailureKind & ("rejected" | "cancelled" | "skipped");
  readonly reason: string;
  readonly code?: string | undefined;
}

/**
 * A delivery that ended before any provider was asked.
 * @param message absent if there never was one; else each of `to` is in `rejected`
 */
export function refusedDelivery(
  { kind, reason, code }: Refusal,
  { chain, clock }: Pick<Ending, "chain" | "clock">,
  message?: Message,
  to: readonly string[] = message?.envelope.to ?? [],
): Delivery {
  const books = recipientTracker(to.length === 0 ? [""] : to);
  const provider = kind === "skipped" ? chain : "message";
  books.record(0, failure({ provider, kind, reason, code }), books.recipients, () => false, clock.now);
  const delivery = buildDelivery(books, { id: message?.id ?? "", chain, attempts: [], clock });
  return to.length === 0 ? Object.freeze({ ...delivery, rejected: Object.freeze([]) }) : delivery;
}
