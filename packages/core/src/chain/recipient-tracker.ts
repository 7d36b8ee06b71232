import { type Failure, failuresOf, type Outcome, type Receipt } from "../failure/outcome.ts";
import { mailboxKey } from "../message/address.ts";

/** How it stands with one recipient of a delivery. */
export interface RecipientState {
  readonly address: string;
  readonly status: "pending" | "accepted" | "ended";
  /** The last failure at each link, by the link's index; holes where it was not tried or did not fail. */
  readonly failures: readonly (Failure | undefined)[];
  /** When each link may be tried again for it, where that is known; as the clock counts. */
  readonly retryAt: readonly (number | undefined)[];
  /** Attempts after which nobody knows whether this recipient has the message. */
  readonly unknowns: number;
  /** The failure that ended it, or the one after which nobody knows. */
  readonly end?: Failure;
}

type Draft = { -readonly [K in keyof RecipientState]: RecipientState[K] } & {
  failures: (Failure | undefined)[];
  retryAt: (number | undefined)[];
};

/** What decides about a failure. */
export interface FailoverRules {
  /** Whether a failure at a link leaves the recipient to other providers. */
  shouldFailOver(failure: Failure, index: number): boolean;
  /** The clock. */
  now(): number;
}

const isPlain = ({ receipts, failures, possibleDuplicate }: Receipt): boolean =>
  receipts === undefined && failures === undefined && possibleDuplicate === undefined;

const none: readonly never[] = Object.freeze([]);

/** Who has the message of one delivery, who still needs it, and why not. */
export class RecipientTracker {
  readonly recipients: readonly string[];
  /** The last failure of each link, by the link's index. */
  readonly failures: (Failure | undefined)[] = [];
  /** Why some were not offered to any provider. */
  early: Failure | undefined;
  /** Within one link a recipient may have got it twice. */
  possibleDuplicate = false;
  readonly #rules: FailoverRules;
  #receipts: readonly Receipt[] = none;
  #innerFailures: (readonly Failure[] | undefined)[] | undefined;
  #fullReceipt: Receipt | undefined;
  #states: Draft[] | undefined;
  #byMailbox: Map<string, Draft> | undefined;

  /** @param recipients bare addresses, each once */
  constructor(recipients: readonly string[], rules: FailoverRules) {
    this.recipients = recipients;
    this.#rules = rules;
  }

  /** What the providers within a link failed with, by the link's index. */
  get innerFailures(): readonly (readonly Failure[] | undefined)[] {
    return this.#innerFailures ?? none;
  }

  get receipts(): readonly Receipt[] {
    return this.#receipts;
  }

  /** All recipients accepted, by one provider and at the first try: the usual case, for which no states are kept. */
  get fullReceipt(): Receipt | undefined {
    return this.#fullReceipt;
  }

  get states(): readonly RecipientState[] {
    return this.#drafts;
  }

  /** Recipients that a provider may still be called for. */
  get pending(): readonly string[] {
    if (this.#fullReceipt !== undefined) return none;
    if (this.#states === undefined) return this.recipients;
    return this.#states.filter(({ status }) => status === "pending").map(({ address }) => address);
  }

  /** Whether a provider may still be called for a recipient. */
  isPending(address: string): boolean {
    return this.#pendingState(address) !== undefined;
  }

  /**
   * Notes what a link answered.
   * @param index the link's
   * @param to the recipients that the outcome is about; a failure is not noted for any other
   */
  record(index: number, outcome: Outcome, to: readonly string[]): void {
    if (
      outcome.success &&
      this.#states === undefined &&
      outcome.accepted === this.recipients &&
      outcome.rejected.length === 0 &&
      isPlain(outcome)
    ) {
      this.#receipts = [outcome];
      this.#fullReceipt = outcome;
      return;
    }
    if (outcome.success) this.#receipts = [...this.#receipts, ...(outcome.receipts ?? [outcome])];
    this.recordSoFar(index, outcome, to);
  }

  /** Notes what a link has answered so far. The receipts come with its last word. */
  recordSoFar(index: number, outcome: Outcome, to: readonly string[]): void {
    if (outcome.possibleDuplicate === true) this.possibleDuplicate = true;
    if (outcome.failures !== undefined || (!outcome.success && this.#innerFailures !== undefined)) {
      this.#innerFailures ??= [];
      this.#innerFailures[index] = outcome.failures;
    }
    if (outcome.success) {
      for (const address of outcome.accepted) {
        const state = this.#pendingState(address);
        if (state !== undefined) state.status = "accepted";
      }
      if (outcome.rejected.length === 0) return;
    }
    const isAbout = new Set(to.map(mailboxKey));
    for (const { address, failure } of failuresOf(outcome, to)) {
      const state = isAbout.has(mailboxKey(address)) ? this.#pendingState(address) : undefined;
      if (state !== undefined) this.#fail(state, index, failure);
    }
    if (!outcome.success) this.failures[index] = outcome;
  }

  /** Ends recipients before any provider is asked. */
  endEarly(failures: ReadonlyMap<string, Failure>, all: Failure): void {
    this.early = all;
    for (const state of this.#drafts) {
      const failure = failures.get(state.address);
      if (failure === undefined) continue;
      state.status = "ended";
      state.end = failure;
      // No link was called yet: slot 0 is free, and `retryTime` takes the earliest of all.
      if (failure.retryAfterMs !== undefined) state.retryAt[0] = this.#rules.now() + failure.retryAfterMs;
    }
  }

  /** A provider is still to be called for these only: others have been taken care of elsewhere. */
  keepPending(to: readonly string[]): void {
    const kept = new Set(to.map(mailboxKey));
    for (const state of this.#drafts) {
      if (state.status === "pending" && !kept.has(mailboxKey(state.address))) state.status = "ended";
    }
  }

  #fail(state: Draft, index: number, failure: Failure): void {
    const { retryAfterMs } = failure;
    // A link waiting for its retry records its failure twice.
    const isNotedAlready = state.failures[index]?.kind === "unknown";
    state.failures[index] = failure;
    state.retryAt[index] = retryAfterMs === undefined ? undefined : this.#rules.now() + retryAfterMs;
    this.failures[index] = failure;
    if (failure.kind === "unknown") {
      if (!isNotedAlready) state.unknowns += 1;
      state.end = failure;
    }
    if (this.#rules.shouldFailOver(failure, index)) return;
    state.status = "ended";
    state.end ??= failure;
  }

  get #drafts(): Draft[] {
    this.#states ??= this.recipients.map((address) => ({
      address,
      status: "pending",
      failures: [],
      retryAt: [],
      unknowns: 0,
    }));
    return this.#states;
  }

  #pendingState(address: string): Draft | undefined {
    this.#byMailbox ??= new Map(this.#drafts.map((one) => [mailboxKey(one.address), one]));
    const found = this.#byMailbox.get(mailboxKey(address));
    return found?.status === "pending" ? found : undefined;
  }
}
