import { skip } from "../attempt/attempt-record.ts";
import type { Attempt, Delivery } from "../events/delivery.ts";
import { type Observer, observeBoth } from "../events/event.ts";
import type { Journal } from "../events/journal.ts";
import type { Failure, Outcome } from "../failure/outcome.ts";
import { createMessage, isMessage, type MessageInput } from "../message/create-message.ts";
import { InvalidMessage } from "../message/fields.ts";
import type { Envelope, Message } from "../message/message.ts";
import { limitsOf, nextPart, type Part } from "../provider/limits.ts";
import { type AttemptScope, type AttemptState, attemptScope } from "../provider/scope.ts";
import { AbortScope } from "../runtime/abort.ts";
import { type Clock, sleep, wallNow } from "../runtime/clock.ts";
import { settledWithGrace } from "../runtime/wait.ts";
import { buildDelivery, refusedDelivery } from "./build-delivery.ts";
import type { Link } from "./link.ts";
import { type CallContext, LinkCall } from "./link-call.ts";
import type { ChainSettings, SendOptions } from "./options.ts";
import { type FailoverRules, RecipientTracker } from "./recipient-tracker.ts";

/** A chain, as its deliveries see it. */
export interface ChainState {
  readonly links: readonly Link[];
  readonly settings: ChainSettings;
  readonly observe: Observer | undefined;
  /** Deliveries under way. */
  running: number;
  /** Called when the last of them is over. */
  onIdle: (() => void) | undefined;
}

/** Waits for a busy server once; waits for limits of our own are free and bounded by the deadline. */
const maxWaits = 1;
const ownLimits = new Set(["rate-limit", "resting", "queue-full"]);

const none: readonly never[] = Object.freeze([]);

/** A link that did not take the message for all recipients. */
interface FailedLink {
  readonly id: string;
  readonly failure: Failure;
}

/**
 * One delivery: reads the message, offers it to the links in order, waits for those that are only unable for a while, and
 * says how it ended. It is the scope of all its attempts. A class, since one is made for every send.
 */
export class DeliveryRun implements AttemptScope, CallContext, FailoverRules {
  readonly observe: Observer | undefined;
  readonly journal: Journal | undefined;
  readonly deadlineAt: number;
  readonly handOver: (() => Promise<void>) | undefined;
  message!: Message;
  readonly #chain: ChainState;
  readonly #options: SendOptions;
  /** The scope of the chain around this one. */
  readonly #outer: AttemptScope | undefined;
  readonly #abort: AbortScope;
  readonly #cancelDeadline: (() => void) | undefined;
  /** When it began, as the clock counts and as the machine's clock says. */
  readonly #beganAt: number;
  readonly #startedAt: number;
  #attempts: Attempt[] | undefined;
  #envelope!: Envelope;
  #tracker!: RecipientTracker;
  #lastNumber = 0;
  #lastAttempt: AttemptState | undefined;
  /** Nothing begins any more. */
  #isOver = false;

  constructor(chain: ChainState, options: SendOptions) {
    const { settings } = chain;
    const { clock, deadlineMs } = settings;
    const outer = attemptScope(options.scope);
    this.#chain = chain;
    this.#options = options;
    this.#outer = outer;
    this.#beganAt = clock.now();
    this.#startedAt = wallNow(clock);
    this.observe = observeBoth(chain.observe, outer?.observe);
    this.journal = options.journal ?? outer?.journal ?? settings.journal;
    this.handOver = options.handOver;
    this.#abort = new AbortScope(options.signal);
    this.deadlineAt = Math.min(this.#beganAt + deadlineMs, outer?.deadlineAt ?? Number.POSITIVE_INFINITY);
    const delayMs = outer === undefined ? deadlineMs : this.deadlineAt - this.#beganAt;
    this.#cancelDeadline =
      delayMs === Number.POSITIVE_INFINITY
        ? undefined
        : clock.after(delayMs, () => this.#abort.abort(new Error("out of time")));
    chain.running += 1;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get clock(): Clock {
    return this.#chain.settings.clock;
  }

  /** Never rejects. */
  async deliver(input: MessageInput | Message): Promise<Delivery> {
    try {
      const message = isMessage(input)
        ? input
        : await readMessage(input, this.#chain.settings, this.#startedAt, this.signal);
      if ("success" in message) return this.#refuse(message);
      this.#begin(message);
      let previous: FailedLink | undefined;
      for (let place = 0; place < this.#chain.links.length; place++) {
        const to = this.#tracker.pending;
        if (to.length === 0) break;
        previous = (await this.#offer(place, to, previous)) ?? previous;
      }
      if (this.#tracker.pending.length > 0) await this.#retryAfterWaits();
      return this.#conclude();
    } finally {
      this.#end();
    }
  }

  /** Tells what belongs to the delivery as a whole: not that of a chain within a chain. */
  get #report(): Observer | undefined {
    return this.#outer === undefined ? this.observe : undefined;
  }

  #refuse(delivery: Delivery): Delivery {
    if (this.#outer === undefined) reportRefused(this.#chain, delivery, this.#beganAt);
    return delivery;
  }

  #begin(message: Message): void {
    this.message = message;
    this.#envelope = this.#options.envelope ?? message.envelope;
    const { to } = this.#envelope;
    this.#tracker = new RecipientTracker(to, this);
    this.#report?.({
      type: "delivery-start",
      at: this.#startedAt,
      message: message.id,
      recipients: to.length,
    });
  }

  #conclude(): Delivery {
    const { clock, id: chain } = this.#chain.settings;
    const { id } = this.message;
    const delivery = buildDelivery(this.#tracker, { id, chain, attempts: this.#attempts ?? [], clock });
    const ms = clock.now() - this.#beganAt;
    this.#report?.({ type: "delivery", at: wallNow(clock), message: id, delivery, ms });
    return delivery;
  }

  /**
   * Offers the message to one link, in as many calls as the provider's limits make of it. Resolves with the link's
   * failure, if there was any.
   */
  async #offer(
    place: number,
    to: readonly string[],
    previous: FailedLink | undefined,
  ): Promise<FailedLink | undefined> {
    const link = this.#chain.links[place] as Link;
    if (previous !== undefined) this.#reportFailover(previous, link.id, to.length);
    let left = to;
    while (left.length > 0) {
      const part = this.#nextPart(link, left);
      if (part?.over !== undefined) {
        left = this.#record(place, this.#skipLink(link, part.to, part.over), part, left);
        continue;
      }
      const call = new LinkCall(link, this.#envelopeFor(part?.to ?? left), this);
      let outcome: Outcome;
      try {
        outcome = call.outcomeOf(await call.answer());
      } catch {
        outcome = call.thrownOutcome();
      }
      left = this.#record(place, outcome, part, left);
    }
    return this.#failedLink(place);
  }

  /** The recipients of the next call; `undefined` for all that are left. */
  #nextPart(link: Link, left: readonly string[]): Part | undefined {
    // Read anew each time: the attempt before may have taught the provider what its server takes.
    const limits = limitsOf(link);
    if (limits === undefined) return undefined;
    return nextPart(this.message, { from: this.#envelope.from, to: left }, limits);
  }

  /** Notes the outcome of a call; returns the recipients that the link is still to be called for. */
  #record(
    place: number,
    outcome: Outcome,
    part: Part | undefined,
    left: readonly string[],
  ): readonly string[] {
    this.#tracker.record(place, outcome, part?.to ?? left);
    if (part === undefined) return none;
    const done = new Set(part.to);
    const others = left.filter((address) => !done.has(address));
    if (others.length === 0 || outcome.success || !this.#endsLink(outcome, place)) return others;
    // What became of the part is unknown, but the rest was surely not sent.
    if (outcome.kind !== "unknown") this.#tracker.record(place, withoutRejections(outcome), others);
    return none;
  }

  #failedLink(place: number): FailedLink | undefined {
    const failure = this.#tracker.failures[place];
    return failure === undefined ? undefined : { id: (this.#chain.links[place] as Link).id, failure };
  }

  /**
   * Whether the other recipients of a message are better not offered to a link that answered this for some of them. What
   * is about message or recipients says nothing of the others; what is about the provider would be answered again.
   */
  #endsLink(failure: Failure, place: number): boolean {
    const { kind } = failure;
    const isLast = place === this.#chain.links.length - 1;
    if (kind === "transient") return !isLast && this.shouldFailOver(failure, place);
    if (kind === "unknown") return !isLast;
    return kind === "throttled" || kind === "misconfigured" || kind === "skipped" || kind === "cancelled";
  }

  /** Answers for a provider whose limits say that it would refuse: its policies are not told. */
  #skipLink(link: Link, to: readonly string[], reason: string): Failure {
    const context = { scope: this, envelope: this.#envelopeFor(to) };
    const at = wallNow(this.clock);
    return skip(link.id, this.message, context, { code: "over-limit", kind: "refused", reason, at });
  }

  #envelopeFor(to: readonly string[]): Envelope {
    const envelope = this.#envelope;
    if (to.length === envelope.to.length) return envelope;
    return Object.freeze({ from: envelope.from, to: Object.freeze(to) });
  }

  /** Whether a failure at a link leaves the recipient to other providers. */
  shouldFailOver({ kind }: Failure, place: number): boolean {
    const { links, settings } = this.#chain;
    const link = links[place] as Link;
    if (kind === "cancelled") return false;
    const chosen = link.overrides[kind]?.failover ?? settings.failover[kind];
    if (chosen !== undefined) return chosen;
    return kind === "unknown" ? settings.onUnknown === "failover" : link.dispositions[kind].failover;
  }

  now(): number {
    return this.clock.now();
  }

  /** While a recipient still needs the message: waits for links that are only unable for a while, and tries them again. */
  async #retryAfterWaits(): Promise<void> {
    const { links } = this.#chain;
    for (let waits = 0; ; ) {
      if (!(await this.#waitForLinks(waits))) return;
      let hasWaited = false;
      let previous: FailedLink | undefined;
      for (const place of links.keys()) {
        const due = this.#retryable(place, waits).filter(({ at }) => at <= this.now());
        if (due.length === 0) continue;
        hasWaited ||= this.#tracker.failures[place]?.kind !== "skipped";
        const to = due.map(({ address }) => address);
        previous = (await this.#offer(place, to, previous)) ?? previous;
      }
      if (hasWaited) waits += 1;
    }
  }

  /** The recipients for whom a link may be tried again, and from when on, as the clock counts. */
  #retryable(place: number, waits: number): { readonly address: string; readonly at: number }[] {
    return this.#tracker.states.flatMap(({ address, status, failures, retryAt }) => {
      const at = retryAt[place];
      return status === "pending" && at !== undefined && isWorthWaiting(failures[place], waits)
        ? [{ address, at }]
        : [];
    });
  }

  /** Waits until a link may be tried again; false if there is none in time. */
  async #waitForLinks(waits: number): Promise<boolean> {
    if (this.signal.aborted) return false;
    const { links } = this.#chain;
    const times = [...links.keys()].flatMap((place) => this.#retryable(place, waits).map(({ at }) => at));
    const until = Math.min(...times);
    if (!(until < this.deadlineAt)) return false;
    // Timers count whole ms: a fraction less would be one more wait.
    const delayMs = Math.ceil(Math.max(0, until - this.now()));
    this.observe?.({ type: "wait", at: wallNow(this.clock), message: this.message.id, delayMs });
    return sleep(this.clock, delayMs, this.signal);
  }

  #reportFailover({ id: from, failure }: FailedLink, to: string, recipients: number): void {
    const at = wallNow(this.clock);
    this.observe?.({ type: "failover", at, message: this.message.id, from, to, failure, recipients });
  }

  nextAttempt(attempt?: AttemptState, n?: number): number {
    if (this.#isOver) return 0;
    if (this.#outer !== undefined) return this.#outer.nextAttempt(attempt, n);
    if (n !== undefined) return n;
    // The number of an attempt that was not made after all is free.
    if (this.#lastAttempt?.isVoid !== true) this.#lastNumber += 1;
    this.#lastAttempt = attempt;
    return this.#lastNumber;
  }

  record(attempt: Attempt, outcome: Outcome): void {
    if (this.#isOver) return;
    const attempts = this.#attempts;
    // In the order in which they began: a policy may make two at once.
    if (attempts === undefined) this.#attempts = [attempt];
    else {
      const before = attempts.findLastIndex(({ n }) => n <= attempt.n);
      attempts.splice(before + 1, 0, attempt);
    }
    this.#outer?.record(attempt, outcome);
  }

  #end(): void {
    this.#isOver = true;
    this.#cancelDeadline?.();
    this.#abort.close();
    this.#chain.running -= 1;
    if (this.#chain.running === 0) this.#chain.onIdle?.();
  }
}

/** Whether waiting for this link, within the deadline, is worth it. */
function isWorthWaiting(failure: Failure | undefined, waits: number): boolean {
  if (failure?.retryAfterMs === undefined) return false;
  if (failure.kind === "skipped") return ownLimits.has(failure.code ?? "");
  return (failure.kind === "throttled" || failure.kind === "deferred") && waits < maxWaits;
}

/** What a failure says of recipients that were not part of the attempt. */
function withoutRejections(failure: Failure): Failure {
  if (failure.rejected === undefined) return failure;
  const { rejected: _, ...rest } = failure;
  return Object.freeze(rest);
}

/** The message that an input makes, or the delivery of one that cannot be sent. */
export async function readMessage(
  input: MessageInput,
  settings: ChainSettings,
  now: number,
  signal: AbortSignal,
): Promise<Message | Delivery> {
  const { limits, from: defaultFrom, prepare, clock } = settings;
  const reading = createMessage(input, { limits, defaultFrom, now, prepare });
  const end = await settledWithGrace(reading, signal, clock, 0);
  if (end.state === "resolved") return end.value;
  if (end.state === "abandoned")
    return refusedDelivery(settings, {
      kind: "cancelled",
      reason: "given up while the message was being read",
    });
  const reason = end.reason instanceof InvalidMessage ? end.reason.message : "could not be read";
  return refusedDelivery(settings, { kind: "rejected", reason });
}

/** Reports a delivery for which no provider was called: observers that count see it begin and end all the same. */
export function reportRefused(
  { observe, settings: { clock } }: ChainState,
  delivery: Delivery,
  beganAt: number,
): void {
  const { id: message, rejected } = delivery;
  const at = wallNow(clock);
  const ms = clock.now() - beganAt;
  observe?.({ type: "delivery-start", at: at - ms, message, recipients: rejected.length });
  observe?.({ type: "delivery", at, message, delivery, ms });
}
