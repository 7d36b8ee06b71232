import type { Failure, Outcome, Rejection } from "@relais/core/spi";
import type { OutcomeFactory } from "./outcomes.ts";

/** The state of each recipient of one attempt. */
export interface RecipientTracker {
  /** In order; the first of them are the next transaction's. */
  readonly pending: readonly string[];
  /** These are the recipients of the transaction that begins. */
  begin(recipients: readonly string[]): void;
  /** The server took the message for these. */
  accept(recipients: readonly string[], response: string | undefined): void;
  /** These do not get it in this attempt, each for a reason of its own. */
  reject(rejections: readonly Rejection[]): void;
  /**
   * The attempt is over for all that are pending: those of the transaction under way fail with `failure`, those that
   * no transaction had yet with `others`.
   */
  end(failure: Failure, others?: Failure): void;
  outcome(): Outcome;
}

export function recipientTracker(
  messageId: string,
  recipients: readonly string[],
  outcomes: OutcomeFactory,
): RecipientTracker {
  let pending = recipients;
  let current: readonly string[] = [];
  const accepted: string[] = [];
  const rejected: Rejection[] = [];
  const responses: string[] = [];

  const remove = (addresses: readonly string[]): void => {
    const done = new Set(addresses);
    pending = pending.filter((address) => !done.has(address));
  };

  return {
    get pending() {
      return pending;
    },
    begin: (addresses) => {
      current = addresses;
    },
    accept: (addresses, response) => {
      accepted.push(...addresses);
      if (response !== undefined) responses.push(response);
      remove(addresses);
      current = [];
    },
    reject: (rejections) => {
      rejected.push(...rejections);
      remove(rejections.map(({ address }) => address));
    },
    end: (failure, others = failure) => {
      const inTransaction = new Set(current);
      rejected.push(
        ...pending.map((address) => ({ address, failure: inTransaction.has(address) ? failure : others })),
      );
      pending = [];
    },
    outcome: () => outcomes.outcome({ messageId, accepted, rejected, responses }),
  };
}
