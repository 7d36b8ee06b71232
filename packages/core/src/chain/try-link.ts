import { skip } from "../attempt/skip.ts";
import type { Failure, Outcome } from "../failure/outcome.ts";
import type { Envelope } from "../message/message.ts";
import { limitsOf, nextPart, type Part } from "../provider/limits.ts";
import type { AttemptScope } from "../provider/scope.ts";
import { wallNow } from "../runtime/clock.ts";
import type { Link } from "./link.ts";
import { type CallContext, LinkCall } from "./link-call.ts";
import type { FailoverRules, RecipientTracker } from "./recipient-tracker.ts";

/** The delivery that a link is called in. */
export interface LinkContext extends AttemptScope, CallContext, FailoverRules {
  readonly links: readonly Link[];
  readonly envelope: Envelope;
  readonly tracker: RecipientTracker;
}

/**
 * Calls one link, as often as its provider's limits need, and records the outcomes. Resolves `false` if it ended while other
 * links were called in its stead.
 */
export async function tryLink(delivery: LinkContext, index: number, to: readonly string[]): Promise<boolean> {
  const link = delivery.links[index] as Link;
  let left = to;
  while (left.length > 0) {
    const part = partFor(delivery, link, left);
    if (part?.over !== undefined) {
      left = record(delivery, index, skipLink(delivery, link, part.to, part.over), part, left);
      continue;
    }
    const call = new LinkCall(link, index, envelopeFor(delivery, part?.to ?? left), delivery);
    let outcome: Outcome;
    try {
      outcome = call.outcomeOf(await call.answer());
    } catch {
      outcome = call.thrownOutcome();
    }
    left = record(delivery, index, outcome, part, left, call.resumedFor);
    if (call.giveUp !== undefined) {
      call.giveUp();
      return false;
    }
  }
  return true;
}

/** The recipients of the next call; `undefined` for all that are left. */
function partFor({ message, envelope }: LinkContext, link: Link, left: readonly string[]): Part | undefined {
  // Read anew each time: the attempt before may have taught the provider what its server takes.
  const limits = limitsOf(link);
  if (limits === undefined) return undefined;
  return nextPart(message, { from: envelope.from, to: left }, limits);
}

/** Answers for a provider whose limits say that it would refuse: its policies are not told. */
function skipLink(delivery: LinkContext, link: Link, to: readonly string[], reason: string): Failure {
  const context = { scope: delivery, envelope: envelopeFor(delivery, to) };
  const at = wallNow(delivery.clock);
  return skip(link.id, delivery.message, context, { code: "over-limit", kind: "refused", reason, at });
}

function envelopeFor({ envelope }: LinkContext, to: readonly string[]): Envelope {
  if (to.length === envelope.to.length) return envelope;
  return Object.freeze({ from: envelope.from, to: Object.freeze(to) });
}

/**
 * Notes the outcome of a call; returns the recipients that the link is still to be called for.
 * @param resumedFor whom the outcome is about, where other links were called meanwhile
 */
function record(
  delivery: LinkContext,
  index: number,
  outcome: Outcome,
  part: Part | undefined,
  left: readonly string[],
  resumedFor?: readonly string[],
): readonly string[] {
  const { tracker } = delivery;
  tracker.record(index, outcome, resumedFor ?? part?.to ?? left);
  if (part === undefined) return none;
  const done = new Set(part.to);
  const others = left.filter((address) => !done.has(address) && tracker.isPending(address));
  if (others.length === 0 || outcome.success || !endsLink(delivery, outcome, index)) return others;
  // What became of the part is unknown, but the rest was surely not sent.
  if (outcome.kind !== "unknown") tracker.record(index, withoutRejections(outcome), others);
  return none;
}

/**
 * Whether a link that answered this for some recipients is better not called for the others. What
 * is about message or recipients says nothing of the others; what is about the provider would be answered again.
 */
function endsLink(delivery: LinkContext, failure: Failure, index: number): boolean {
  const { kind } = failure;
  const isLast = index === delivery.links.length - 1;
  if (kind === "transient") return !isLast && delivery.shouldFailOver(failure, index);
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
