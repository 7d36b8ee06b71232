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
  readonly recipients: readonly string[];
  /** Everybody has it, by one provider and at the first try: the usual case, for which no books are kept. */
  whole(): Receipt | undefined;
  standings(): readonly Standing[];
  readonly receipts: readonly Receipt[];
  /** The last failure of each link, by the link's place. */
  readonly failures: readonly (Failure | undefined)[];
  /** Recipients that may still be offered to somebody. */
  pending(): readonly string[];
  /** @param goesOn whether a failure leaves the recipient to other providers */
  enter(place: number, outcome: Outcome, goesOn: (failure: Failure) => boolean): void;
}

type Draft = { -readonly [K in keyof Standing]: Standing[K] } & { failures: (Failure | undefined)[] };

const nobody: readonly string[] = Object.freeze([]);

/** @param recipients bare addresses, each once */
export function ledger(recipients: readonly string[]): Ledger {
  return new Books(recipients);
}

// A class, since it is made for every send: a closure a method costs more memory than all it holds.
class Books implements Ledger {
  readonly recipients: readonly string[];
  readonly receipts: Receipt[] = [];
  readonly failures: (Failure | undefined)[] = [];
  #whole: Receipt | undefined;
  #drafts: Draft[] | undefined;
  #byMailbox: Map<string, Draft> | undefined;

  constructor(recipients: readonly string[]) {
    this.recipients = recipients;
  }

  whole(): Receipt | undefined {
    return this.#whole;
  }

  standings(): Draft[] {
    this.#drafts ??= this.recipients.map((address) => ({
      address,
      status: "pending",
      failures: [],
      unknowns: 0,
    }));
    return this.#drafts;
  }

  pending(): readonly string[] {
    if (this.#whole !== undefined) return nobody;
    if (this.#drafts === undefined) return this.recipients;
    return this.#drafts.filter(({ status }) => status === "pending").map(({ address }) => address);
  }

  enter(place: number, outcome: Outcome, goesOn: (failure: Failure) => boolean): void {
    if (outcome.success) this.#enterReceipt(place, outcome, goesOn);
    else this.#enterFailure(place, outcome, goesOn);
  }

  #enterReceipt(place: number, receipt: Receipt, goesOn: (failure: Failure) => boolean): void {
    this.receipts.push(receipt);
    const { accepted, rejected } = receipt;
    if (this.#drafts === undefined && accepted === this.recipients && rejected.length === 0) {
      this.#whole = receipt;
      return;
    }
    for (const address of accepted) {
      const one = this.#waiting(address);
      if (one !== undefined) one.status = "accepted";
    }
    for (const { address, failure } of rejected) {
      const one = this.#waiting(address);
      if (one !== undefined) this.#fail(place, one, failure, goesOn);
    }
  }

  #enterFailure(place: number, failure: Failure, goesOn: (failure: Failure) => boolean): void {
    const own = new Map(failure.rejected?.map((one) => [mailboxKey(one.address), one.failure]));
    for (const one of this.standings()) {
      if (one.status === "pending")
        this.#fail(place, one, own.get(mailboxKey(one.address)) ?? failure, goesOn);
    }
    this.failures[place] = failure;
  }

  #waiting(address: string): Draft | undefined {
    this.#byMailbox ??= new Map(this.standings().map((one) => [mailboxKey(one.address), one]));
    const found = this.#byMailbox.get(mailboxKey(address));
    return found?.status === "pending" ? found : undefined;
  }

  #fail(place: number, one: Draft, failure: Failure, goesOn: (failure: Failure) => boolean): void {
    one.failures[place] = failure;
    this.failures[place] = failure;
    if (failure.kind === "unknown") {
      one.unknowns += 1;
      one.end = failure;
    }
    if (goesOn(failure)) return;
    one.status = "ended";
    one.end ??= failure;
  }
}
