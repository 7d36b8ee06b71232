import type { Attempt, Delivery } from "../events/delivery.ts";
import { type Observer, observeBoth } from "../events/event.ts";
import type { Journal } from "../events/journal.ts";
import type { Failure, Outcome } from "../failure/outcome.ts";
import { correlationId, withoutCorrelation } from "../feedback/correlation.ts";
import type { SuppressionList } from "../feedback/suppression.ts";
import { withUnsubscribe } from "../feedback/unsubscribe.ts";
import { createMessage, isMessage, type MessageInput } from "../message/create-message.ts";
import { InvalidMessage } from "../message/fields.ts";
import type { Envelope, Message } from "../message/message.ts";
import {
  type AttemptScope,
  type AttemptState,
  attemptScope,
  type RetryPlan,
  type RetryRequest,
} from "../provider/scope.ts";
import { AbortScope } from "../runtime/abort.ts";
import { type Clock, wallNow } from "../runtime/clock.ts";
import { settledWithGrace } from "../runtime/wait.ts";
import { buildDelivery, refusedDelivery } from "./build-delivery.ts";
import type { Link } from "./link.ts";
import type { LinkCall } from "./link-call.ts";
import type { ChainSettings, SendSettings } from "./options.ts";
import { RecipientTracker } from "./recipient-tracker.ts";
import { Scheduler, type SchedulerContext } from "./scheduler.ts";
import { holdBack, type SuppressionSettings } from "./suppression.ts";
import { tryLink } from "./try-link.ts";

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

/**
 * One delivery: reads the message, calls the first link, then others as they are scheduled, and says how it ended. It
 * is the scope of all its attempts. A class, since one is made for every send.
 */
export class DeliveryRun implements SchedulerContext {
  readonly observe: Observer | undefined;
  readonly journal: Journal | undefined;
  readonly deadlineAt: number;
  readonly handOver: (() => Promise<void>) | undefined;
  /** The scope of the chain around this one. */
  readonly outer: AttemptScope | undefined;
  readonly tenant: string | undefined;
  /** Suppression lists that stand before this delivery; those of the chains around it were asked already. */
  readonly suppression: readonly SuppressionSettings[] | undefined;
  message!: Message;
  envelope!: Envelope;
  tracker!: RecipientTracker;
  readonly #chain: ChainState;
  readonly #options: SendSettings;
  readonly #abort: AbortScope;
  readonly #cancelDeadline: (() => void) | undefined;
  /** When it began, as the clock counts and as the machine's clock says. */
  readonly #beganAt: number;
  readonly #startedAt: number;
  #attempts: Attempt[] | undefined;
  #usedScheduler: Scheduler | undefined;
  #lastNumber = 0;
  #lastAttempt: AttemptState | undefined;
  /** Nothing begins any more. */
  #isOver = false;

  constructor(chain: ChainState, options: SendSettings) {
    const { settings } = chain;
    const { clock, deadlineMs } = settings;
    const outer = attemptScope(options.scope);
    this.#chain = chain;
    this.#options = options;
    this.outer = outer;
    this.#beganAt = clock.now();
    this.#startedAt = wallNow(clock);
    this.observe = observeBoth(chain.observe, outer?.observe);
    this.journal = options.journal ?? outer?.journal ?? settings.journal;
    this.handOver = options.handOver;
    this.tenant = options.tenant ?? outer?.tenant;
    this.suppression =
      settings.suppression === undefined && options.suppression === undefined
        ? undefined
        : listsOf(settings.suppression, options.suppression);
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

  get links(): readonly Link[] {
    return this.#chain.links;
  }

  get clock(): Clock {
    return this.#chain.settings.clock;
  }

  /** Never rejects. */
  async deliver(input: MessageInput | Message): Promise<Delivery> {
    try {
      const read = isMessage(input)
        ? this.#asCorrelated(input)
        : await readMessage(input, this.#chain.settings, this.#startedAt, this.signal);
      const message =
        "success" in read || read.unsubscribe === undefined ? read : this.#withUnsubscribe(read);
      if ("success" in message) return this.#refuse(message);
      this.#begin(message);
      if (this.suppression !== undefined) await this.#holdBack(this.suppression);
      // Most deliveries end here: nothing more is made for them.
      const endedInOrder = await tryLink(this, 0, this.tracker.pending);
      if (endedInOrder) this.#usedScheduler?.callEnded();
      if (this.#usedScheduler !== undefined || this.tracker.pending.length > 0) await this.#scheduler.end();
      return this.#conclude();
    } finally {
      this.#end();
    }
  }

  /** Tells what belongs to the delivery as a whole: not that of a chain within a chain. */
  get #report(): Observer | undefined {
    return this.outer === undefined ? this.observe : undefined;
  }

  #refuse(delivery: Delivery): Delivery {
    if (this.outer === undefined) reportRefused(this.#chain, delivery, this.#beganAt);
    return delivery;
  }

  /** A message that an outbox or a chain around this one has read. */
  #asCorrelated(message: Message): Message {
    const isOff = !this.#chain.settings.correlation && message.correlation !== false;
    return isOff ? withoutCorrelation(message) : message;
  }

  #withUnsubscribe(message: Message): Message | Delivery {
    const { settings } = this.#chain;
    const id = correlationId(message) ?? message.id;
    try {
      return withUnsubscribe(message, settings.unsubscribeSecret, id, this.#options.tenant);
    } catch (error) {
      const kind = settings.unsubscribeSecret === undefined ? "misconfigured" : "rejected";
      return refusedDelivery(settings, { kind, reason: (error as InvalidMessage).message }, message);
    }
  }

  #begin(message: Message): void {
    this.message = message;
    this.envelope = this.#options.envelope ?? message.envelope;
    const { to } = this.envelope;
    this.tracker = new RecipientTracker(to, this);
    this.#report?.({
      type: "delivery-start",
      at: this.#startedAt,
      message: message.id,
      recipients: to.length,
    });
  }

  /** Each list is asked once: those of the chains around this one have been. */
  #holdBack(lists: readonly SuppressionSettings[]): Promise<void> | undefined {
    const asked = this.outer?.asked;
    const own = asked === undefined ? lists : lists.filter(({ list }) => !asked.includes(list));
    return own.length === 0 ? undefined : holdBack(own, this);
  }

  /** The lists that were asked for this delivery. */
  get asked(): readonly SuppressionList[] | undefined {
    const outer = this.outer?.asked;
    const own = this.suppression?.map(({ list }) => list);
    return outer === undefined || own === undefined ? (own ?? outer) : [...outer, ...own];
  }

  #conclude(): Delivery {
    const delivery = this.#build(this.#attempts ?? []);
    const { clock } = this;
    const ms = clock.now() - this.#beganAt;
    this.#report?.({ type: "delivery", at: wallNow(clock), message: this.message.id, delivery, ms });
    return delivery;
  }

  #build(attempts: readonly Attempt[]): Delivery {
    const { clock, id: chain } = this.#chain.settings;
    return buildDelivery(this.tracker, { id: this.message.id, chain, attempts, clock });
  }

  soFar(): Delivery {
    return this.#build([]);
  }

  get hasUntried(): boolean {
    return this.#scheduler.hasUntried;
  }

  get #scheduler(): Scheduler {
    this.#usedScheduler ??= new Scheduler(this);
    return this.#usedScheduler;
  }

  async scheduleRetry(call: LinkCall, request: RetryRequest): Promise<RetryPlan> {
    return this.#scheduler.scheduleRetry(call, request);
  }

  /** Whether a failure at a link leaves the recipient to other providers. */
  shouldFailOver({ kind }: Failure, index: number): boolean {
    const { links, settings } = this.#chain;
    const link = links[index] as Link;
    if (kind === "cancelled") return false;
    const chosen = link.overrides[kind]?.failover ?? settings.failover[kind];
    if (chosen !== undefined) return chosen;
    return kind === "unknown" ? settings.onUnknown === "failover" : link.dispositions[kind].failover;
  }

  now(): number {
    return this.clock.now();
  }

  nextAttempt(attempt?: AttemptState, n?: number, to?: readonly string[]): number {
    if (this.#isOver) return 0;
    if (this.outer !== undefined) return this.outer.nextAttempt(attempt, n, to);
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
    this.outer?.record(attempt, outcome);
  }

  #end(): void {
    this.#isOver = true;
    this.#cancelDeadline?.();
    this.#abort.close();
    this.#chain.running -= 1;
    if (this.#chain.running === 0) this.#chain.onIdle?.();
  }
}

function listsOf(
  one: SuppressionSettings | undefined,
  other: SuppressionSettings | undefined,
): readonly SuppressionSettings[] {
  if (one === undefined || other === undefined) return [one ?? (other as SuppressionSettings)];
  return one.list === other.list ? [one] : [one, other];
}

/** The message that an input makes, or the delivery of one that cannot be sent. */
export async function readMessage(
  input: MessageInput,
  settings: ChainSettings,
  now: number,
  signal: AbortSignal,
): Promise<Message | Delivery> {
  const { limits, from: defaultFrom, prepare, correlation, clock } = settings;
  const reading = createMessage(input, { limits, defaultFrom, now, prepare, correlation });
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
