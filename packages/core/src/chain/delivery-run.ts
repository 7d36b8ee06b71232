import type { Attempt, Delivery } from "../events/delivery.ts";
import { type Observer, observeBoth } from "../events/event.ts";
import type { Journal } from "../events/journal.ts";
import type { Failure, Outcome } from "../failure/outcome.ts";
import { correlationId } from "../feedback/correlation.ts";
import { withUnsubscribe } from "../feedback/unsubscribe.ts";
import { createMessage, isMessage, type MessageInput } from "../message/create-message.ts";
import { InvalidMessage } from "../message/fields.ts";
import type { Envelope, Message } from "../message/message.ts";
import {
  type AttemptScope,
  type AttemptState,
  attemptScope,
  type RetryRequest,
  type RetryTurn,
} from "../provider/scope.ts";
import { AbortScope } from "../runtime/abort.ts";
import { type Clock, wallNow } from "../runtime/clock.ts";
import { settledWithGrace } from "../runtime/wait.ts";
import { buildDelivery, refusedDelivery } from "./build-delivery.ts";
import type { Link } from "./link.ts";
import type { LinkCall } from "./link-call.ts";
import { offer } from "./offer.ts";
import type { ChainSettings, SendOptions } from "./options.ts";
import { RecipientTracker } from "./recipient-tracker.ts";
import { Turns, type TurnsContext } from "./turns.ts";

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
 * One delivery: reads the message, offers it to the first link, then to others in their turns, and says how it ended. It
 * is the scope of all its attempts. A class, since one is made for every send.
 */
export class DeliveryRun implements TurnsContext {
  readonly observe: Observer | undefined;
  readonly journal: Journal | undefined;
  readonly deadlineAt: number;
  readonly handOver: (() => Promise<void>) | undefined;
  /** The scope of the chain around this one. */
  readonly outer: AttemptScope | undefined;
  message!: Message;
  envelope!: Envelope;
  tracker!: RecipientTracker;
  readonly #chain: ChainState;
  readonly #options: SendOptions;
  readonly #abort: AbortScope;
  readonly #cancelDeadline: (() => void) | undefined;
  /** When it began, as the clock counts and as the machine's clock says. */
  readonly #beganAt: number;
  readonly #startedAt: number;
  #attempts: Attempt[] | undefined;
  #turns: Turns | undefined;
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
    this.outer = outer;
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
        ? input
        : await readMessage(input, this.#chain.settings, this.#startedAt, this.signal);
      const message =
        "success" in read || read.unsubscribe === undefined ? read : this.#withUnsubscribe(read);
      if ("success" in message) return this.#refuse(message);
      this.#begin(message);
      // Most deliveries end here: nothing more is made for them.
      const hadTurn = await offer(this, 0, this.tracker.pending);
      if (hadTurn) this.#turns?.turnOver();
      if (this.#turns !== undefined || this.tracker.pending.length > 0) await this.#othersTurns.end();
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

  get hasUnasked(): boolean {
    return this.#othersTurns.hasUnasked;
  }

  get #othersTurns(): Turns {
    this.#turns ??= new Turns(this);
    return this.#turns;
  }

  async letOthersGo(call: LinkCall, request: RetryRequest): Promise<RetryTurn> {
    return this.#othersTurns.letOthersGo(call, request);
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
