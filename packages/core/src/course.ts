import type { Attempt } from "./attempt.ts";
import type { ChainSettings } from "./chain-options.ts";
import type { Observer } from "./event.ts";
import type { Journal } from "./journal.ts";
import { type Ledger, ledger } from "./ledger.ts";
import type { Link } from "./link.ts";
import type { Envelope } from "./message/envelope.ts";
import type { Message } from "./message/message.ts";
import type { Outcome } from "./outcome.ts";
import type { DeliveryScope } from "./scope.ts";
import type { Stop } from "./stop.ts";

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

/** A delivery under way. A class, since it is made for every send. */
export class Course implements DeliveryScope {
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
