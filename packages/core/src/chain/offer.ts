import { skip } from "../attempt/skip.ts";
import type { Failure, Outcome } from "../failure/outcome.ts";
import type { Envelope } from "../message/message.ts";
import { limitsOf, nextPart, type Part } from "../provider/limits.ts";
import type { AttemptScope } from "../provider/scope.ts";
import { wallNow } from "../runtime/clock.ts";
import type { Link } from "./link.ts";
import { type CallContext, LinkCall } from "./link-call.ts";
import type { FailoverRules, RecipientTracker } from "./recipient-tracker.ts";

/** The delivery that a message is offered in. */
export interface OfferContext extends AttemptScope, CallContext, FailoverRules {
  readonly links: readonly Link[];
  readonly envelope: Envelope;
  readonly tracker: RecipientTracker;
}

/**
 * Offers the message to one link, in as many calls as the provider's limits make of it, and notes what it answers.
 * Resolves `false` if it ended while others were asked in its place.
 */
export async function offer(delivery: OfferContext, place: number, to: readonly string[]): Promise<boolean> {
  const link = delivery.links[place] as Link;
  let left = to;
  while (left.length > 0) {
    const part = partFor(delivery, link, left);
    if (part?.over !== undefined) {
      left = record(delivery, place, skipLink(delivery, link, part.to, part.over), part, left);
      continue;
    }
    const call = new LinkCall(link, place, envelopeFor(delivery, part?.to ?? left), delivery);
    let outcome: Outcome;
    try {
      outcome = call.outcomeOf(await call.answer());
    } catch {
      outcome = call.thrownOutcome();
    }
    left = record(delivery, place, outcome, part, left, call.wentOnFor);
    if (call.giveUp !== undefined) {
      call.giveUp();
      return false;
    }
  }
  return true;
}

/** The recipients of the next call; `undefined` for all that are left. */
function partFor({ message, envelope }: OfferContext, link: Link, left: readonly string[]): Part | undefined {
  // Read anew each time: the attempt before may have taught the provider what its server takes.
  const limits = limitsOf(link);
  if (limits === undefined) return undefined;
  return nextPart(message, { from: envelope.from, to: left }, limits);
}

/** Answers for a provider whose limits say that it would refuse: its policies are not told. */
function skipLink(delivery: OfferContext, link: Link, to: readonly string[], reason: string): Failure {
  const context = { scope: delivery, envelope: envelopeFor(delivery, to) };
  const at = wallNow(delivery.clock);
  return skip(link.id, delivery.message, context, { code: "over-limit", kind: "refused", reason, at });
}

function envelopeFor({ envelope }: OfferContext, to: readonly string[]): Envelope {
  if (to.length === envelope.to.length) return envelope;
  return Object.freeze({ from: envelope.from, to: Object.freeze(to) });
}

/**
 * Notes the outcome of a call; returns the recipients that the link is still to be called for.
 * @param wentOnFor whom the outcome is about, where others were asked meanwhile
 */
function record(
  delivery: OfferContext,
  place: number,
  outcome: Outcome,
  part: Part | undefined,
  left: readonly string[],
  wentOnFor?: readonly string[],
): readonly string[] {
  const { tracker } = delivery;
  tracker.record(place, outcome, wentOnFor ?? part?.to ?? left);
  if (part === undefined) return none;
  const done = new Set(part.to);
  const others = left.filter((address) => !done.has(address) && tracker.isPending(address));
  if (others.length === 0 || outcome.success || !endsLink(delivery, outcome, place)) return others;
  // What became of the part is unknown, but the rest was surely not sent.
  if (outcome.kind !== "unknown") tracker.record(place, withoutRejections(outcome), others);
  return none;
}

/**
 * Whether the other recipients of a message are better not offered to a link that answered this for some of them. What
 * is about message or recipients says nothing of the others; what is about the provider would be answered again.
 */
function endsLink(delivery: OfferContext, failure: Failure, place: number): boolean {
  const { kind } = failure;
  const isLast = place === delivery.links.length - 1;
  if (kind === "transient") return !isLast && delivery.shouldFailOver(failure, place);
  if (kind === "unknown") return !isLast;
  return kind === "throttled" || kind === "misconfigured" || kind === "skipped" || kind === "cancelled";
}

/** What a failure says of recipients that were not part of the attempt. */
function withoutRejections(failure: Failure): Failure {
  if (failure.rejected === undefined) return failure;
  const { rejected: _, ...rest } = failure;
  return Object.freeze(rest);
}

const none: readonly never[] = Object.freeze([]);
