import type { Attempt } from "./attempt.ts";
import type { ChainSettings } from "./chain-options.ts";
import { conclude } from "./conclude.ts";
import type { Delivery } from "./delivery.ts";
import type { Observer } from "./event.ts";
import type { Failure } from "./failure.ts";
import { unguarded } from "./gate.ts";
import { inPromise } from "./in-promise.ts";
import type { Journal } from "./journal.ts";
import { type Ledger, ledger } from "./ledger.ts";
import type { Link } from "./link.ts";
import { failure } from "./make-outcome.ts";
import type { Envelope } from "./message/envelope.ts";
import type { Message } from "./message/message.ts";
import type { Outcome } from "./outcome.ts";
import type { DeliveryScope } from "./scope.ts";
import { sleep } from "./sleep.ts";
import { type Stop, withStop } from "./stop.ts";

/** One delivery's surroundings. */
export interface DeliverContext {
  readonly envelope: Envelope;
  readonly stop: Stop;
  readonly handOver: (() => Promise<void>) | undefined;
  readonly deadlineAt: number;
  readonly observe: Observer | undefined;
  readonly journal: Journal | undefined;
  /** The scope of the chain around this one. */
  readonly outer: DeliveryScope | undefined;
  /** When it began, ms since 1970. */
  readonly began: number;
  /** Run when it is over, however it ended. */
  over(): void;
}

/** Waits for a busy far end once; waits for a limit of our own cost nobody anything and are bounded by the deadline. */
const maxWaits = 1;
const ownLimits = new Set(["rate-limit", "resting", "queue-full"]);

/** A delivery under way. A class, since it is made for every send. */
class Course implements DeliveryScope {
  readonly message: Message;
  readonly links: readonly Link[];
  readonly settings: ChainSettings;
  readonly context: DeliverContext;
  readonly books: Ledger;
  readonly observe: Observer | undefined;
  readonly journal: Journal | undefined;
  readonly deadlineAt: number;
  readonly attempts: Attempt[] = [];
  /** Attempts that have begun. */
  begun = 0;
  /** A policy of somebody's may have stopped waiting for an attempt that ends only now. */
  isOver = false;

  constructor(message: Message, links: readonly Link[], settings: ChainSettings, context: DeliverContext) {
    this.message = message;
    this.links = links;
    this.settings = settings;
    this.context = context;
    this.books = ledger(context.envelope.to);
    this.observe = context.observe;
    this.journal = context.journal;
    this.deadlineAt = context.deadlineAt;
  }

  nextAttempt(): number {
    this.begun += 1;
    return this.context.outer?.nextAttempt() ?? this.attempts.length + 1;
  }

  record(attempt: Attempt, outcome: Outcome): void {
    if (this.isOver) return;
    this.attempts.push(attempt);
    this.context.outer?.record(attempt, outcome);
  }
}

/** Offers a message to links in order, and goes on, waits or stops as the table says. */
export async function deliver(
  message: Message,
  links: readonly Link[],
  settings: ChainSettings,
  context: DeliverContext,
): Promise<Delivery> {
  const course = new Course(message, links, settings, context);
  const { books, attempts } = course;
  // Seen from outside, a chain within a chain delivers nothing: the whole does.
  const tell = context.outer === undefined ? context.observe : undefined;
  const recipients = context.envelope.to.length;
  tell?.({ type: "delivery-start", at: context.began, message: message.id, recipients });
  try {
    let previous: Failed | undefined;
    for (let place = 0; place < links.length; place++) {
      const to = books.pending();
      if (to.length === 0) break;
      const { begun } = course;
      let outcome: Outcome;
      try {
        outcome = await ask(course, place, to, previous);
      } catch {
        outcome = brokenPolicy(course, place, begun);
      }
      previous = note(course, place, outcome) ?? previous;
    }
    if (books.pending().length > 0) await comeBack(course);
    const delivery = conclude(books, {
      id: message.id,
      chain: settings.id,
      attempts,
      now: settings.clock.now,
    });
    const at = tell === undefined ? 0 : settings.clock.now();
    tell?.({ type: "delivery", at, message: message.id, delivery, ms: at - context.began });
    return delivery;
  } finally {
    course.isOver = true;
    context.over();
  }
}

/** A link that did not take the message for everybody. */
interface Failed {
  readonly id: string;
  readonly failure: Failure;
}

/** Offers the message to one link, for those who still need it. */
function ask(
  course: Course,
  place: number,
  to: readonly string[],
  previous: Failed | undefined,
): Promise<Outcome> {
  const { message, context } = course;
  const { envelope, stop, handOver = unguarded } = context;
  const link = course.links[place] as Link;
  if (previous !== undefined) tellFailover(course, previous, link.id, to.length);
  const part =
    to.length === envelope.to.length
      ? envelope
      : Object.freeze({ from: envelope.from, to: Object.freeze(to) });
  return link.send(message, withStop(part, handOver, course, stop));
}

/** A provider's own throws are caught by its guard: this is a policy's. What became of its attempt is lost. */
function brokenPolicy(course: Course, place: number, begun: number): Outcome {
  const { id: provider } = course.links[place] as Link;
  const reason = "a policy threw instead of answering";
  return course.begun > begun
    ? failure({ provider, kind: "unknown", reason })
    : failure({ provider, kind: "transient", again: false, reason });
}

/** Enters what one link answered; its failure, if there was any. */
function note(course: Course, place: number, outcome: Outcome): Failed | undefined {
  const { books, settings } = course;
  const link = course.links[place] as Link;
  books.enter(place, outcome, (failure) => goesOn(failure, link, settings), settings.clock.now);
  const failure = books.failures[place];
  return failure === undefined ? undefined : { id: link.id, failure };
}

function tellFailover(course: Course, from: Failed, to: string, recipients: number): void {
  const { observe, settings, message } = course;
  const at = settings.clock.now();
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

/** While somebody still needs the message: waits for providers that are only unable for a while, and asks them again. */
async function comeBack(course: Course): Promise<void> {
  const { books, links, settings } = course;
  for (let waits = 0; ; ) {
    const due = await untilWorthIt(course, waits);
    if (!due) return;
    let waited = false;
    let previous: Failed | undefined;
    for (const place of links.keys()) {
      const to = hopeful(course, place, waits).filter(({ at }) => at <= settings.clock.now());
      if (to.length === 0) continue;
      const { begun } = course;
      waited ||= books.failures[place]?.kind !== "skipped";
      const outcome = await inPromise(() =>
        ask(
          course,
          place,
          to.map(({ address }) => address),
          previous,
        ),
      ).catch(() => brokenPolicy(course, place, begun));
      previous = note(course, place, outcome) ?? previous;
    }
    if (waited) waits += 1;
  }
}

/** Who may be offered to a link once more, and from when on (ms since 1970). */
function hopeful(
  course: Course,
  place: number,
  waits: number,
): { readonly address: string; readonly at: number }[] {
  return course.books.standings().flatMap(({ address, status, failures, retryAt }) => {
    const at = retryAt[place];
    return status === "pending" && at !== undefined && mayComeBack(failures[place], waits)
      ? [{ address, at }]
      : [];
  });
}

/** Waits until a provider that is only unable for a while may be asked again; false if there is none in time. */
async function untilWorthIt(course: Course, waits: number): Promise<boolean> {
  const { links, observe, deadlineAt, message, context, settings } = course;
  const { clock } = settings;
  const { signal } = context.stop;
  if (signal.aborted) return false;
  const until = Math.min(
    ...[...links.keys()].flatMap((place) => hopeful(course, place, waits).map(({ at }) => at)),
  );
  if (!(until < deadlineAt)) return false;
  const delayMs = Math.max(0, until - clock.now());
  observe?.({ type: "wait", at: clock.now(), message: message.id, delayMs });
  return sleep(clock, delayMs, signal);
}

function goesOn(failure: Failure, link: Link, settings: ChainSettings): boolean {
  const { kind } = failure;
  if (kind === "cancelled") return false;
  const own = link.overrides[kind]?.next ?? settings.failover[kind];
  if (own !== undefined) return own;
  return kind === "unknown" ? settings.onUnknown === "failover" : link.dispositions[kind].next;
}

/** Whether waiting for this link, within the deadline, is worth it. */
function mayComeBack(failure: Failure | undefined, waits: number): boolean {
  if (failure?.retryAfterMs === undefined) return false;
  if (failure.kind === "skipped") return ownLimits.has(failure.code ?? "");
  return (failure.kind === "throttled" || failure.kind === "deferred") && waits < maxWaits;
}
