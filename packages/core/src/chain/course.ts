import type { Attempt } from "../events/delivery.ts";
import type { Observer } from "../events/event.ts";
import type { Journal } from "../events/journal.ts";
import type { Outcome } from "../failure/outcome.ts";
import type { Envelope, Message } from "../message/message.ts";
import type { AttemptState, DeliveryScope } from "../provider/provider.ts";
import type { Link } from "./link.ts";
import type { ChainSettings } from "./options.ts";
import { type RecipientTracker, recipientTracker } from "./recipient-tracker.ts";

/** One delivery's surroundings. */
export interface DeliverContext {
  readonly envelope: Envelope;
  readonly signal: AbortSignal;
  readonly handOver: (() => Promise<void>) | undefined;
  readonly deadlineAt: number;
  readonly observe: Observer | undefined;
  readonly journal: Journal | undefined;
  /** The scope of the chain around this one. */
  readonly outer: DeliveryScope | undefined;
  /** When it began, as the clock counts. */
  readonly began: number;
  /** The same in ms since 1970. */
  readonly at: number;
  /** Run when it is over, however it ended. */
  over(): void;
}

/** A delivery under way. A class, since it is made for every send. */
export class Course implements DeliveryScope {
  readonly message: Message;
  readonly links: readonly Link[];
  readonly settings: ChainSettings;
  readonly context: DeliverContext;
  readonly books: RecipientTracker;
  readonly observe: Observer | undefined;
  readonly journal: Journal | undefined;
  readonly deadlineAt: number;
  readonly attempts: Attempt[] = [];
  #begun = 0;
  #last: AttemptState | undefined;
  /** Nothing begins any more. */
  isOver = false;

  constructor(message: Message, links: readonly Link[], settings: ChainSettings, context: DeliverContext) {
    this.message = message;
    this.links = links;
    this.settings = settings;
    this.context = context;
    this.books = recipientTracker(context.envelope.to);
    this.observe = context.observe;
    this.journal = context.journal;
    this.deadlineAt = context.deadlineAt;
  }

  nextAttempt(attempt?: AttemptState, n?: number): number {
    if (this.isOver) return 0;
    const { outer } = this.context;
    if (outer !== undefined) return outer.nextAttempt(attempt, n);
    if (n !== undefined) return n;
    // A number that no attempt came to have is free.
    if (this.#last?.isVoid !== true) this.#begun += 1;
    this.#last = attempt;
    return this.#begun;
  }

  record(attempt: Attempt, outcome: Outcome): void {
    if (this.isOver) return;
    const { attempts } = this;
    // In the order in which they began: a policy may make two at once.
    let place = attempts.length;
    while (place > 0 && (attempts[place - 1] as Attempt).n > attempt.n) place -= 1;
    if (place === attempts.length) attempts.push(attempt);
    else attempts.splice(place, 0, attempt);
    this.context.outer?.record(attempt, outcome);
  }
}
