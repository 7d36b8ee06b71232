import { mailboxKey } from "../message/address.ts";
import { reason } from "../runtime/sanitize.ts";
import type { FailureKind } from "./kinds.ts";

/** One recipient that was not accepted although others were, or for a reason of its own. */
export interface Rejection {
  /** The bare address, as it stands in the envelope. */
  readonly address: string;
  readonly failure: Failure;
}

/**
 * What an outcome of several attempts holds besides: that of a chain within a chain, or of several calls of a provider. A
 * chain reads it; a provider that sends by itself leaves it out.
 */
export interface AggregateFields {
  /** The receipts, where recipients were taken by different providers. */
  readonly receipts?: readonly Receipt[];
  /** One a provider that failed, in order. */
  readonly failures?: readonly Failure[];
  /** There may be two copies. */
  readonly possibleDuplicate?: true;
}

/** The provider accepted the message, for the recipients in `accepted`. */
export interface Receipt extends AggregateFields {
  readonly success: true;
  readonly provider: string;
  /**
   * What the server calls the message: the Message-ID for SMTP, the SES message id for SES. Never invented: it is empty
   * for a whole mail without a Message-ID that went by SMTP.
   */
  readonly messageId: string;
  readonly accepted: readonly string[];
  /** Recipients refused while the message itself was taken. */
  readonly rejected: readonly Rejection[];
  /** The server's closing words, one line: `250 2.0.0 Ok: queued as 4F2A`. */
  readonly response?: string;
  // Never there: without `strict` a compiler does not tell the two ends apart by `success`.
  readonly kind?: undefined;
  readonly reason?: undefined;
}

/** Why a message was not (or perhaps not) delivered. Plain data: safe to store, and to print with `formatFailure`. */
export interface Failure extends AggregateFields {
  readonly success: false;
  /** Id of the provider that answered, `"message"` if the message never got as far as one. */
  readonly provider: string;
  readonly kind: FailureKind;
  /** One line of at most 300 characters; no credential, no message body, no control character. */
  readonly reason: string;
  /** The server's own word: `"550 5.1.1"`, `"MessageRejected"`, `"ECONNREFUSED"`. */
  readonly code?: string;
  /** How long the server (or a policy) asks us to wait, in ms. Never shortened. */
  readonly retryAfterMs?: number;
  /** `false`: another try at this provider is pointless although the kind allows it (a host that has no address). */
  readonly retryable?: false;
  /**
   * `true`: the server said, in words of its own, that it did not take the message, after the message was handed over.
   * Without it `transient` then counts as `unknown`: a bare 503 may come from something that has passed the message on.
   */
  readonly definite?: true;
  /**
   * Recipients that were accepted all the same, as in the delivery of a chain. The chain around it takes an outcome with
   * any of them for a receipt, and the failure for that of the others.
   */
  readonly accepted?: readonly string[];
  /** Where recipients were refused for different reasons: each with its own failure. Absent: the failure is everyone's. */
  readonly rejected?: readonly Rejection[];
}

/** How one attempt ended. A provider's `send` always resolves with one, told apart by `success`. */
export type Outcome = Receipt | Failure;

/** The failure of each recipient that was not accepted: its own, or the whole one where it has none. */
export function failuresOf(outcome: Outcome, to: readonly string[]): readonly Rejection[] {
  if (outcome.success) return outcome.rejected;
  if (outcome.rejected === undefined) return to.map((address) => ({ address, failure: outcome }));
  const own = new Map(outcome.rejected.map((one) => [mailboxKey(one.address), one.failure]));
  return to.map((address) => ({ address, failure: own.get(mailboxKey(address)) ?? outcome }));
}

/** Whether a provider was silent until a time was over: `timeout`, `ETIMEDOUT`, `UND_ERR_CONNECT_TIMEOUT`. */
export function isTimeout({ kind, code = "" }: Failure): boolean {
  return kind === "transient" && /timed?out/i.test(code);
}

/** What `failure` is made from; `undefined` means absent. */
export interface FailureParts {
  readonly provider: string;
  readonly kind: FailureKind;
  /** Any text without secrets: it is cut and cleaned here. */
  readonly reason: string;
  readonly code?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly retryable?: false | undefined;
  readonly definite?: true | undefined;
  readonly rejected?: readonly Rejection[] | undefined;
}

/** The outcome with what stands behind it. */
export function withAggregate(outcome: Outcome, behind: AggregateFields): Outcome {
  const { receipts, failures, possibleDuplicate } = behind;
  if (receipts === undefined && failures === undefined && possibleDuplicate === undefined) return outcome;
  return Object.freeze({
    ...outcome,
    ...(receipts === undefined ? {} : { receipts: frozenList(receipts) }),
    ...(failures === undefined ? {} : { failures: frozenList(failures) }),
    ...(possibleDuplicate === undefined ? {} : { possibleDuplicate }),
  });
}

/** A frozen `Failure` with its reason cleaned. */
export function failure(parts: FailureParts): Failure {
  const { provider, kind, code, retryAfterMs, retryable, definite, rejected } = parts;
  const line = reason(parts.reason);
  return Object.freeze({
    success: false,
    provider,
    kind,
    reason: line === "" ? kind : line,
    ...(code === undefined ? {} : { code: reason(code, 64) }),
    ...(retryAfterMs === undefined || !(retryAfterMs >= 0) ? {} : { retryAfterMs: Math.ceil(retryAfterMs) }),
    ...(retryable === undefined ? {} : { retryable }),
    ...(definite === undefined ? {} : { definite }),
    ...(rejected === undefined ? {} : { rejected: frozenRejections(rejected) }),
  });
}

/** A failure before it has a provider. Its texts may still hold secrets. */
export type Diagnosis = Omit<FailureParts, "provider" | "rejected">;

/** Makes failures of one provider. */
export type Fail = (diagnosis: Diagnosis, rejected?: readonly Rejection[]) => Failure;

/** @param redact takes secrets out of a text */
export function failer(provider: string, redact: (text: string) => string): Fail {
  return ({ reason, code, ...parts }, rejected) =>
    failure({
      ...parts,
      provider,
      reason: redact(reason),
      code: code === undefined ? undefined : redact(code),
      rejected,
    });
}

/** What `receipt` is made from; `undefined` means absent. */
export interface ReceiptParts {
  readonly provider: string;
  readonly messageId: string;
  readonly accepted: readonly string[];
  readonly rejected?: readonly Rejection[] | undefined;
  readonly response?: string | undefined;
}

const none: readonly never[] = Object.freeze([]);

/** A frozen `Receipt`. */
export function receipt(parts: ReceiptParts): Receipt {
  const { provider, messageId, rejected = none, response } = parts;
  const draft = {
    success: true as const,
    provider,
    messageId,
    accepted: frozenList(parts.accepted),
    rejected: frozenRejections(rejected),
  };
  return Object.freeze(response === undefined ? draft : { ...draft, response: reason(response) });
}

/** Observers see these before the chain uses them. */
function frozenRejections(list: readonly Rejection[]): readonly Rejection[] {
  return list.length === 0 ? none : Object.freeze(list.map((one) => Object.freeze({ ...one })));
}

/** The list itself if it is frozen, else a copy. */
function frozenList<T>(list: readonly T[]): readonly T[] {
  return Object.isFrozen(list) ? list : Object.freeze([...list]);
}
