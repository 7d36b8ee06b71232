import type { Attempt } from "./attempt.ts";
import type { ChainSettings } from "./chain-options.ts";
import { conclude } from "./conclude.ts";
import type { Delivery } from "./delivery.ts";
import type { Observer } from "./event.ts";
import type { Failure } from "./failure.ts";
import { unguarded } from "./gate.ts";
import type { Journal } from "./journal.ts";
import { type Ledger, ledger } from "./ledger.ts";
import type { Link } from "./link.ts";
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
  /** When each link may be asked again, by its place, ms since 1970. */
  readonly retryAt: (number | undefined)[] = [];
  #count = 0;

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
    this.#count += 1;
    return this.context.outer?.nextAttempt() ?? this.#count;
  }

  record(attempt: Attempt, outcome: Outcome): void {
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
  const { books, attempts, retryAt } = course;
  let previous: Failed | undefined;
  for (let place = 0; place < links.length && books.pending().length > 0; place++) {
    const outcome = await ask(course, place, previous);
    previous = note(course, place, outcome) ?? previous;
  }
  if (books.pending().length > 0) await comeBack(course);
  return conclude(books, { id: message.id, chain: settings.id, attempts, retryAt, now: settings.clock.now });
}

/** A link that did not take the message for everybody. */
interface Failed {
  readonly id: string;
  readonly failure: Failure;
}

/** Offers the message to one link, for those who still need it. */
function ask(course: Course, place: number, previous: Failed | undefined): Promise<Outcome> {
  const { books, message, context } = course;
  const { envelope, stop, handOver = unguarded } = context;
  const link = course.links[place] as Link;
  const to = books.pending();
  if (previous !== undefined) tellFailover(course, previous, link.id, to.length);
  const part =
    to.length === envelope.to.length
      ? envelope
      : Object.freeze({ from: envelope.from, to: Object.freeze(to) });
  return link.send(message, withStop(part, handOver, course, stop));
}

/** Enters what one link answered; its failure, if there was any. */
function note(course: Course, place: number, outcome: Outcome): Failed | undefined {
  const { books, settings } = course;
  const link = course.links[place] as Link;
  books.enter(place, outcome, (failure) => goesOn(failure, link, settings));
  const failure = books.failures[place];
  if (failure === undefined) return undefined;
  const { retryAfterMs } = failure;
  course.retryAt[place] = retryAfterMs === undefined ? undefined : settings.clock.now() + retryAfterMs;
  return { id: link.id, failure };
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
  const { books } = course;
  let waits = 0;
  for (;;) {
    const turn = await untilWorthIt(course, waits);
    if (turn === undefined) return;
    if (turn.some((place) => books.failures[place]?.kind !== "skipped")) waits += 1;
    let previous: Failed | undefined;
    for (const place of turn) {
      if (books.pending().length === 0) return;
      const outcome = await ask(course, place, previous);
      previous = note(course, place, outcome) ?? previous;
    }
    if (books.pending().length === 0) return;
  }
}

/** Waits until a provider that is only unable for a while may be asked again; `undefined` if there is none in time. */
async function untilWorthIt(course: Course, waits: number): Promise<readonly number[] | undefined> {
  const { books, retryAt, observe, deadlineAt, message } = course;
  const { stop } = course.context;
  const { clock } = course.settings;
  if (stop.signal.aborted) return undefined;
  const hopeful = [...books.failures.keys()].filter((place) => mayComeBack(books.failures[place], waits));
  const until = Math.min(...hopeful.map((place) => retryAt[place]).filter((time) => time !== undefined));
  if (!(until < deadlineAt)) return undefined;
  const delayMs = Math.max(0, until - clock.now());
  observe?.({ type: "wait", at: clock.now(), message: message.id, delayMs });
  if (!(await sleep(clock, delayMs, stop.signal))) return undefined;
  const now = clock.now();
  return hopeful.filter((place) => (retryAt[place] ?? Number.POSITIVE_INFINITY) <= now);
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
