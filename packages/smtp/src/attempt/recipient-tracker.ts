import type { Failure, Outcome, Rejection } from "@relais/core/spi";
import type { Telling } from "./outcomes.ts";

/** The books of one attempt: who has the message, who was refused, and who is still to be told of. */
export interface Tally {
  /** In order; the first of them are the next transaction's. */
  readonly left: readonly string[];
  /** These are the recipients of the transaction that begins. */
  begin(group: readonly string[]): void;
  /** The server took the message for these. */
  accept(addresses: readonly string[], response: string | undefined): void;
  /** These will not get it in this attempt, each for a reason of its own. */
  reject(rejections: readonly Rejection[]): void;
  /**
   * The attempt is over for all who are left: those of the transaction under way fail with `failure`, those whose
   * turn had not come with `others`.
   */
  end(failure: Failure, others?: Failure): void;
  outcome(): Outcome;
}

export function tally(messageId: string, recipients: readonly string[], telling: Telling): Tally {
  let left = recipients;
  let group: readonly string[] = [];
  const accepted: string[] = [];
  const rejected: Rejection[] = [];
  const responses: string[] = [];

  const without = (gone: readonly string[]): void => {
    const done = new Set(gone);
    left = left.filter((address) => !done.has(address));
  };

  return {
    get left() {
      return left;
    },
    begin: (addresses) => {
      group = addresses;
    },
    accept: (addresses, response) => {
      accepted.push(...addresses);
      if (response !== undefined) responses.push(response);
      without(addresses);
      group = [];
    },
    reject: (rejections) => {
      rejected.push(...rejections);
      without(rejections.map(({ address }) => address));
    },
    end: (failure, others = failure) => {
      const now = new Set(group);
      rejected.push(...left.map((address) => ({ address, failure: now.has(address) ? failure : others })));
      left = [];
    },
    outcome: () => telling.outcome({ messageId, accepted, rejected, responses }),
  };
}
