import { skip } from "../attempt/attempt-record.ts";
import { noHandOverHook } from "../attempt/hand-over.ts";
import type { Failure, Outcome } from "../failure/outcome.ts";
import type { Envelope } from "../message/message.ts";
import { limitsOf, nextPart } from "../provider/limits.ts";
import { wallNow } from "../runtime/clock.ts";
import { type Settled, settleWithGrace, tryAsync } from "../runtime/wait.ts";
import type { Course } from "./course.ts";
import type { Link } from "./link.ts";
import { LinkCall } from "./link-call.ts";
import type { ChainSettings } from "./options.ts";

/** A link that did not take the message for everybody. */
export interface Failed {
  readonly id: string;
  readonly failure: Failure;
}

/**
 * Offers the message to one link, for those who still need it, in as many attempts as the provider's limits make of
 * it, and enters what it answered. Resolves with the link's failure, if there was any. Never rejects.
 */
export async function offer(
  course: Course,
  place: number,
  to: readonly string[],
  previous: Failed | undefined,
): Promise<Failed | undefined> {
  const link = course.links[place] as Link;
  if (previous !== undefined) tellFailover(course, previous, link.id, to.length);
  await inParts(course, place, to);
  return failedAt(course, place);
}

/** A link's last failure in this delivery. */
export function failedAt({ books, links }: Course, place: number): Failed | undefined {
  const failure = books.failures[place];
  return failure === undefined ? undefined : { id: (links[place] as Link).id, failure };
}

/** One attempt after another, each for no more than the provider takes. */
async function inParts(course: Course, place: number, to: readonly string[]): Promise<void> {
  const { message, settings } = course;
  const link = course.links[place] as Link;
  let rest = to;
  while (rest.length > 0) {
    // Read anew each time: the attempt before may have taught the provider what its server takes.
    const limits = limitsOf(link);
    const { from } = course.context.envelope;
    const part = limits === undefined ? undefined : nextPart(message, { from, to: rest }, limits);
    const asked = part?.to ?? rest;
    const outcome: Outcome =
      part?.over === undefined ? await ask(course, link, asked) : passOver(course, link, asked, part.over);
    enter(course, place, outcome, asked);
    if (part === undefined) return;
    const done = new Set(asked);
    rest = rest.filter((address) => !done.has(address));
    if (rest.length > 0 && !outcome.success && endsHere(outcome, course, place, settings)) {
      // Nobody knows of the part that was lost, but the rest was surely not sent.
      if (outcome.kind !== "unknown") enter(course, place, withoutOwn(outcome), rest);
      return;
    }
  }
}

/**
 * Whether the other recipients of a message are better not offered to a link that answered this to some of them. What
 * is about message or recipients says nothing of the others; what is about the provider would only be heard again.
 */
function endsHere(failure: Failure, course: Course, place: number, settings: ChainSettings): boolean {
  const { kind } = failure;
  const isLast = place === course.links.length - 1;
  if (kind === "transient") return !isLast && goesOn(failure, course.links[place] as Link, settings);
  if (kind === "unknown") return !isLast;
  return kind === "throttled" || kind === "misconfigured" || kind === "skipped" || kind === "cancelled";
}

/** What a failure says of those who were not asked. */
function withoutOwn(failure: Failure): Failure {
  if (failure.rejected === undefined) return failure;
  const { rejected: _, ...rest } = failure;
  return Object.freeze(rest);
}

/** How long a link may take to answer after an abort, ms: its providers and the journal have less. */
const graceMs = 50;

/** Asks a link, and resolves whatever its policies do, with what is known of its attempts. */
export function ask(course: Course, link: Link, to: readonly string[]): Promise<Outcome> {
  const { message, context, settings } = course;
  const { signal, handOver = noHandOverHook } = context;
  const envelope = envelopeFor(course, to);
  const call = new LinkCall(link.id, course);
  const own = { envelope, signal, handOver, scope: call };
  const send = (): Promise<Outcome> => link.send(message, own);
  const conclude = (end: Settled<unknown>): Outcome =>
    end.state === "resolved" ? call.answered(end.value, envelope.to) : call.failed(end, envelope.to);
  return settleWithGrace(tryAsync(send), signal, settings.clock, graceMs, conclude);
}

/** `ask` for all recipients, for a link whose `send` need not be watched: most sends, with no promise of its own. */
export function askSettling(course: Course, link: Link, call: LinkCall): Promise<Outcome> {
  const { message, context } = course;
  const { envelope, signal, handOver = noHandOverHook } = context;
  return link.send(message, { envelope, signal, handOver, scope: call });
}

function envelopeFor({ context: { envelope } }: Course, to: readonly string[]): Envelope {
  return to.length === envelope.to.length
    ? envelope
    : Object.freeze({ from: envelope.from, to: Object.freeze(to) });
}

/** Answers for a provider whose limits say that it would refuse: no policy of its link hears of it. */
function passOver(course: Course, link: Link, to: readonly string[], reason: string): Failure {
  const { message, settings } = course;
  const context = { scope: course, envelope: envelopeFor(course, to) };
  return skip(link.id, message, context, {
    code: "over-limit",
    kind: "refused",
    reason,
    at: wallNow(settings.clock),
  });
}

/** Enters what one link answered for these recipients. */
export function enter(course: Course, place: number, outcome: Outcome, asked: readonly string[]): void {
  const { books, settings } = course;
  const link = course.links[place] as Link;
  books.record(place, outcome, asked, (failure) => goesOn(failure, link, settings), settings.clock.now);
}

function tellFailover(course: Course, from: Failed, to: string, recipients: number): void {
  const { observe, settings, message } = course;
  const at = wallNow(settings.clock);
  observe?.({
    type: "failover",
    at,
    message: message.id,
    from: from.id,
    to,
    failure: from.failure,
    recipients,
  });
}

function goesOn(failure: Failure, link: Link, settings: ChainSettings): boolean {
  const { kind } = failure;
  if (kind === "cancelled") return false;
  const own = link.overrides[kind]?.next ?? settings.failover[kind];
  if (own !== undefined) return own;
  return kind === "unknown" ? settings.onUnknown === "failover" : link.dispositions[kind].next;
}
