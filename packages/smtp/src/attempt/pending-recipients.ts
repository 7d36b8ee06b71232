import type { Failure, Outcome, Rejection } from "@relais/core/spi";
import type { OutcomeFactory } from "./outcomes.ts";

/** The recipients of one attempt: who still waits for a transaction, and what became of the others. */
export class PendingRecipients {
  readonly #messageId: string;
  readonly #outcomes: OutcomeFactory;
  readonly #accepted: string[] = [];
  readonly #rejected: Rejection[] = [];
  readonly #responses: string[] = [];
  #pending: readonly string[];
  #current: readonly string[] = [];

  constructor(messageId: string, recipients: readonly string[], outcomes: OutcomeFactory) {
    this.#messageId = messageId;
    this.#outcomes = outcomes;
    this.#pending = recipients;
  }

  /** In order; the first of them are the next transaction's. */
  get pending(): readonly string[] {
    return this.#pending;
  }

  /** These are the recipients of the transaction that begins. */
  begin(recipients: readonly string[]): void {
    this.#current = recipients;
  }

  /** The server took the message for these. */
  accept(recipients: readonly string[], response: string | undefined): void {
    this.#accepted.push(...recipients);
    if (response !== undefined) this.#responses.push(response);
    // Each of them was pending.
    if (recipients.length === this.#pending.length) this.#pending = [];
    else this.#remove(recipients);
    this.#current = [];
  }

  /** These do not get it in this attempt, each for a reason of its own. */
  reject(rejections: readonly Rejection[]): void {
    this.#rejected.push(...rejections);
    this.#remove(rejections.map(({ address }) => address));
  }

  /**
   * The attempt is over for all that are pending: those of the transaction under way fail with `failure`, those that
   * no transaction had yet with `others`.
   */
  end(failure: Failure, others: Failure = failure): void {
    const current = new Set(this.#current);
    const failureOf = (address: string): Failure => (current.has(address) ? failure : others);
    this.#rejected.push(...this.#pending.map((address) => ({ address, failure: failureOf(address) })));
    this.#pending = [];
  }

  outcome(): Outcome {
    return this.#outcomes.outcome({
      messageId: this.#messageId,
      accepted: this.#accepted,
      rejected: this.#rejected,
      responses: this.#responses,
    });
  }

  #remove(addresses: readonly string[]): void {
    const done = new Set(addresses);
    this.#pending = this.#pending.filter((address) => !done.has(address));
  }
}
