import type { Failure } from "./failure.ts";
import { mailboxKey } from "./message/address.ts";
import type { Outcome, Receipt } from "./outcome.ts";

/** Where one recipient of a delivery stands. */
export interface Standing {
  readonly address: string;
  readonly status: "pending" | "accepted" | "ended";
  /** The last failure at each link, by the link's place; holes where it was not tried or did not fail. */
  readonly failures: readonly (Failure | undefined)[];
  /** Attempts after which nobody knows whether this recipient has the message. */
  readonly unknowns: number;
  /** The failure that ended it, or the one after which nobody knows. */
  readonly end?: Failure;
}

/** The books of one delivery: who has the message, who still needs it, and why not. */
export interface Ledger {
  readonly standings: readonly Standing[];
  readonly receipts: readonly Receipt[];
  /** The last failure of each link, by the link's place. */
  readonly failures: readonly (Failure | undefined)[];
  /** Recipients that may still be offered to somebody. */
  pending(): readonly string[];
  /** @param goesOn whether a failure leaves the recipient to other providers */
  enter(place: number, outcome: Outcome, goesOn: (failure: Failure) => boolean): void;
}

type Draft = { -readonly [K in keyof Standing]: Standing[K] } & { failures: (Failure | undefined)[] };

/** @param recipients bare addresses, each once */
export function ledger(recipients: readonly string[]): Ledger {
  const standings = recipients.map(
    (address): Draft => ({ address, status: "pending", failures: [], unknowns: 0 }),
  );
  const [only] = standings;
  const byMailbox =
    standings.length === 1 ? undefined : new Map(standings.map((s) => [mailboxKey(s.address), s]));
  const find = (address: string): Draft | undefined => {
    if (byMailbox !== undefined) return byMailbox.get(mailboxKey(address));
    return only !== undefined && mailboxKey(only.address) === mailboxKey(address) ? only : undefined;
  };
  const receipts: Receipt[] = [];
  const failures: (Failure | undefined)[] = [];

  const fail = (
    place: number,
    standing: Draft,
    failure: Failure,
    goesOn: (failure: Failure) => boolean,
  ): void => {
    standing.failures[place] = failure;
    failures[place] = failure;
    if (failure.kind === "unknown") {
      standing.unknowns += 1;
      standing.end = failure;
    }
    if (goesOn(failure)) return;
    standing.status = "ended";
    standing.end ??= failure;
  };

  return {
    standings,
    receipts,
    failures,
    pending: () => standings.filter(({ status }) => status === "pending").map(({ address }) => address),
    enter(place, outcome, goesOn) {
      if (outcome.success) {
        receipts.push(outcome);
        for (const address of outcome.accepted) {
          const standing = find(address);
          if (standing?.status === "pending") standing.status = "accepted";
        }
        for (const { address, failure } of outcome.rejected) {
          const standing = find(address);
          if (standing?.status === "pending") fail(place, standing, failure, goesOn);
        }
        return;
      }
      const own = new Map(outcome.rejected?.map(({ address, failure }) => [mailboxKey(address), failure]));
      for (const standing of standings) {
        if (standing.status !== "pending") continue;
        fail(place, standing, own.get(mailboxKey(standing.address)) ?? outcome, goesOn);
      }
      failures[place] = outcome;
    },
  };
}
