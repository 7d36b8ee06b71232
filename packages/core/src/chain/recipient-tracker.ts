import type { Failure, Outcome, Receipt } from "../failure/outcome.ts";
import { mailboxKey } from "../message/address.ts";

/** Where one recipient of a delivery stands. */
export interface RecipientState {
  readonly address: string;
  readonly status: "pending" | "accepted" | "ended";
  /** The last failure at each link, by the link's place; holes where it was not tried or did not fail. */
  readonly failures: readonly (Failure | undefined)[];
  /** When each link may be asked again for it, where that is known; as the clock counts. */
  readonly retryAt: readonly (number | undefined)[];
  /** Attempts after which nobody knows whether this recipient has the message. */
  readonly unknowns: number;
  /** The failure that ended it, or the one after which nobody knows. */
  readonly end?: Failure;
}

/** The books of one delivery: who has the message, who still needs it, and why not. */
export interface RecipientTracker {
  readonly recipients: readonly string[];
  /** Everybody has it, by one provider and at the first try: the usual case, for which no books are kept. */
  fullReceipt(): Receipt | undefined;
  states(): readonly RecipientState[];
  readonly receipts: readonly Receipt[];
  /** The last failure of each link, by the link's place. */
  readonly failures: readonly (Failure | undefined)[];
  /** What providers within a link failed with, by the link's place. */
  readonly innerFailures: readonly (readonly Failure[] | undefined)[];
  /** Within one link somebody may have got it twice. */
  readonly possibleDuplicate: boolean;
  /** Recipients that may still be offered to somebody. */
  pending(): readonly string[];
  /**
   * @param asked whom the outcome is about; a failure is not entered for anybody else
   * @param goesOn whether a failure leaves the recipient to other providers
   * @param now the clock
   */
  record(
    place: number,
    outcome: Outcome,
    asked: readonly string[],
    goesOn: (failure: Failure) => boolean,
    now: () => number,
  ): void;
}

type Draft = { -readonly [K in keyof RecipientState]: RecipientState[K] } & {
  failures: (Failure | undefined)[];
  retryAt: (number | undefined)[];
};
/** What `enter` was told besides the outcome. */
interface Entry {
  readonly place: number;
  readonly goesOn: (failure: Failure) => boolean;
  readonly now: () => number;
}

const isPlain = ({ receipts, failures, possibleDuplicate }: Receipt): boolean =>
  receipts === undefined && failures === undefined && possibleDuplicate === undefined;

const nobody: readonly string[] = Object.freeze([]);

/** @param recipients bare addresses, each once */
export function recipientTracker(recipients: readonly string[]): RecipientTracker {
  return new Books(recipients);
}

// A class, since it is made for every send: a closure a method costs more memory than all it holds.
class Books implements RecipientTracker {
  readonly recipients: readonly string[];
  readonly receipts: Receipt[] = [];
  readonly failures: (Failure | undefined)[] = [];
  #within: (readonly Failure[] | undefined)[] | undefined;
  possibleDuplicate = false;
  #whole: Receipt | undefined;
  #drafts: Draft[] | undefined;
  #byMailbox: Map<string, Draft> | undefined;

  constructor(recipients: readonly string[]) {
    this.recipients = recipients;
  }

  get innerFailures(): readonly (readonly Failure[] | undefined)[] {
    return this.#within ?? [];
  }

  fullReceipt(): Receipt | undefined {
    return this.#whole;
  }

  states(): Draft[] {
    this.#drafts ??= this.recipients.map((address) => ({
      address,
      status: "pending",
      failures: [],
      retryAt: [],
      unknowns: 0,
    }));
    return this.#drafts;
  }

  pending(): readonly string[] {
    if (this.#whole !== undefined) return nobody;
    if (this.#drafts === undefined) return this.recipients;
    return this.#drafts.filter(({ status }) => status === "pending").map(({ address }) => address);
  }

  record(
    place: number,
    outcome: Outcome,
    asked: readonly string[],
    goesOn: (failure: Failure) => boolean,
    now: () => number,
  ): void {
    if (outcome.failures !== undefined || (!outcome.success && this.#within !== undefined)) {
      this.#within ??= [];
      this.#within[place] = outcome.failures;
    }
    if (outcome.possibleDuplicate === true) this.possibleDuplicate = true;
    if (!outcome.success) this.#enterFailure(outcome, asked, { place, goesOn, now });
    else if (
      this.#drafts === undefined &&
      outcome.accepted === this.recipients &&
      outcome.rejected.length === 0 &&
      isPlain(outcome)
    ) {
      this.receipts.push(outcome);
      this.#whole = outcome;
    } else this.#enterReceipt(outcome, { place, goesOn, now });
  }

  #enterReceipt(receipt: Receipt, entry: Entry): void {
    this.receipts.push(...(receipt.receipts ?? [receipt]));
    for (const address of receipt.accepted) {
      const one = this.#waiting(address);
      if (one !== undefined) one.status = "accepted";
    }
    for (const { address, failure } of receipt.rejected) {
      const one = this.#waiting(address);
      if (one !== undefined) this.#fail(one, failure, entry);
    }
  }

  #enterFailure(failure: Failure, asked: readonly string[], entry: Entry): void {
    const own = new Map(failure.rejected?.map((one) => [mailboxKey(one.address), one.failure]));
    const all = asked.length === this.recipients.length;
    for (const one of all ? this.states() : asked.map((address) => this.#waiting(address))) {
      if (one?.status === "pending") this.#fail(one, own.get(mailboxKey(one.address)) ?? failure, entry);
    }
    this.failures[entry.place] = failure;
  }

  #waiting(address: string): Draft | undefined {
    this.#byMailbox ??= new Map(this.states().map((one) => [mailboxKey(one.address), one]));
    const found = this.#byMailbox.get(mailboxKey(address));
    return found?.status === "pending" ? found : undefined;
  }

  #fail(one: Draft, failure: Failure, { place, goesOn, now }: Entry): void {
    one.failures[place] = failure;
    one.retryAt[place] = failure.retryAfterMs === undefined ? undefined : now() + failure.retryAfterMs;
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
