import { mailboxKey } from "../message/address.ts";
import { isProviderId } from "../runtime/options.ts";
import { type FailureKind, failureKinds } from "./kinds.ts";
import {
  type AggregateFields,
  type Failure,
  failure,
  type Outcome,
  type Receipt,
  type Rejection,
  receipt,
  withAggregate,
} from "./outcome.ts";
import { aggregateKind } from "./precedence.ts";

/** What is known of an attempt's hand-over, whatever the provider says. */
export interface HandOverFacts {
  readonly handedOver: boolean;
  /** It may have handed over without saying so: the message may be on its way. @defaultValue `handedOver` */
  readonly maybeHandedOver?: boolean;
  /** Why its hand-over was refused, if it was. */
  readonly refusal: string | undefined;
  /** It answers for providers of its own, whose names stand. */
  readonly forwards?: boolean;
}

const kinds: ReadonlySet<unknown> = new Set(failureKinds);

/**
 * What a provider answered, as an outcome: right id, one-line reasons, every recipient accounted for, and no kind that
 * contradicts what is known of the hand-over.
 */
export function normalizeOutcome(
  provider: string,
  answer: unknown,
  recipients: readonly string[],
  facts: HandOverFacts,
): Outcome {
  const outcome = parseOutcome(provider, answer, recipients, facts);
  if (outcome !== undefined) return outcome;
  const refusal = facts.handedOver ? undefined : facts.refusal;
  if (refusal !== undefined) return failure({ provider, kind: "cancelled", reason: refusal });
  return missingOutcome(provider, facts.maybeHandedOver ?? facts.handedOver);
}

/** The same; `undefined` for an answer that is no outcome. */
export function parseOutcome(
  provider: string,
  answer: unknown,
  recipients: readonly string[],
  facts: HandOverFacts,
): Outcome | undefined {
  try {
    if (typeof answer !== "object" || answer === null) return undefined;
    const raw = answer as RawOutcome;
    // A chain has seen to its own attempts, and its providers have names.
    const isDelivery = Array.isArray(raw.attempts);
    const context: ParseContext = {
      provider,
      ...facts,
      forwards: isDelivery || facts.forwards === true,
      isDelivery,
    };
    let outcome: Outcome;
    if (raw.success === true) outcome = parseReceipt(context, raw, recipients);
    else if (raw.success !== false || !kinds.has(raw.kind)) return undefined;
    else if (nonEmptyList(raw.accepted) !== undefined) outcome = parsePartial(context, raw, recipients);
    else outcome = parseFailure(context, raw);
    return context.forwards ? withAggregate(outcome, aggregateOf(context, raw)) : outcome;
  } catch {
    // A getter or a proxy that throws: no answer.
    return undefined;
  }
}

/** An answer is read for one provider, with what is known of its attempt. */
interface ParseContext extends HandOverFacts {
  readonly provider: string;
  readonly forwards: boolean;
  /** The delivery of a chain, which has checked its own hand-overs. */
  readonly isDelivery: boolean;
  /** The failure of one recipient: an answer, whatever became of the message. */
  readonly isAboutRecipient?: boolean;
}

/** The failure of a provider that did not answer with an outcome. */
export function missingOutcome(provider: string, maybeHandedOver: boolean): Failure {
  const reason = "the provider answered neither a receipt nor a failure";
  return maybeHandedOver
    ? failure({ provider, kind: "unknown", reason })
    : failure({ provider, kind: "transient", retryable: false, reason });
}

/** What a provider may have answered, unchecked. */
interface RawOutcome {
  readonly success?: unknown;
  readonly provider?: unknown;
  readonly kind?: unknown;
  readonly reason?: unknown;
  readonly code?: unknown;
  readonly retryAfterMs?: unknown;
  readonly retryable?: unknown;
  readonly definite?: unknown;
  readonly messageId?: unknown;
  readonly accepted?: unknown;
  readonly rejected?: unknown;
  readonly response?: unknown;
  readonly attempts?: unknown;
  readonly receipts?: unknown;
  readonly failures?: unknown;
  readonly possibleDuplicate?: unknown;
}

const nameOf = ({ forwards, provider }: ParseContext, raw: RawOutcome): string =>
  forwards && isProviderId(raw.provider) ? raw.provider : provider;

/** What one that answers for several providers says of them. */
function aggregateOf(context: ParseContext, raw: RawOutcome): AggregateFields {
  const { receipts, failures, possibleDuplicate } = raw;
  const taken = Array.isArray(receipts)
    ? receipts.flatMap((one) => receiptOf(context, one as RawOutcome))
    : [];
  const all = Array.isArray(failures)
    ? failures.flatMap((one: RawOutcome) => (kinds.has(one.kind) ? [failureOf(context, one)] : []))
    : [];
  return {
    ...(taken.length > 1 ? { receipts: taken } : {}),
    ...(all.length > 0 ? { failures: all } : {}),
    ...(possibleDuplicate === true ? { possibleDuplicate } : {}),
  };
}

function receiptOf(context: ParseContext, raw: RawOutcome): readonly Receipt[] {
  const { accepted, messageId } = raw;
  if (!Array.isArray(accepted) || !accepted.every((one) => typeof one === "string")) return [];
  const parts = { provider: nameOf(context, raw), messageId: typeof messageId === "string" ? messageId : "" };
  return [receipt({ ...parts, accepted })];
}

function parseReceipt(context: ParseContext, raw: RawOutcome, recipients: readonly string[]): Outcome {
  const accepted = nonEmptyList<unknown>(raw.accepted) ?? none;
  const provider = nameOf(context, raw);
  const messageId = typeof raw.messageId === "string" ? raw.messageId : "";
  const response = typeof raw.response === "string" ? raw.response : undefined;
  const isForAll = accepted === none || sameList(accepted, recipients);
  if (isForAll && nonEmptyList(raw.rejected) === undefined)
    return receipt({ provider, messageId, response, accepted: recipients });
  // A receipt says that the message was handed over, whether the provider reported it or not.
  const known = context.forwards
    ? context
    : { ...context, handedOver: true, maybeHandedOver: true, refusal: undefined };
  const rejected = parseRejections({ ...known, isAboutRecipient: true }, raw.rejected);
  if (isForAll && rejected.length === 0)
    return receipt({ provider, messageId, response, accepted: recipients });
  const unmentioned = failure({
    provider: context.provider,
    kind: "unknown",
    reason: "the provider did not say what became of this recipient",
  });
  return partialOutcome({ provider, messageId, response }, accepted, rejected, unmentioned, recipients);
}

/** A failure that names recipients who were accepted: a receipt for them. */
function parsePartial(context: ParseContext, raw: RawOutcome, recipients: readonly string[]): Outcome {
  const [first] = Array.isArray(raw.receipts) ? (raw.receipts as readonly (RawOutcome | null)[]) : [];
  const provider = nameOf(context, first ?? {});
  const messageId = typeof first?.messageId === "string" ? first.messageId : "";
  const others = failureOf(context, raw);
  const rejected = parseRejections({ ...context, isAboutRecipient: true }, raw.rejected);
  return partialOutcome(
    { provider, messageId },
    raw.accepted as readonly unknown[],
    rejected,
    others,
    recipients,
  );
}

/** @param unmentioned the failure of recipients that are in neither list */
function partialOutcome(
  parts: { readonly provider: string; readonly messageId: string; readonly response?: string | undefined },
  accepted: readonly unknown[],
  rejected: readonly Rejection[],
  unmentioned: Failure,
  recipients: readonly string[],
): Outcome {
  const refused = new Set(rejected.map(({ address }) => mailboxKey(address)));
  const taken = new Set(accepted.filter((one) => typeof one === "string").map(mailboxKey));
  const left = recipients.filter((one) => !refused.has(mailboxKey(one)));
  // Without a list of accepted recipients, all who were not rejected were accepted.
  const unsure = taken.size === 0 ? [] : left.filter((one) => !taken.has(mailboxKey(one)));
  const all = [...rejected, ...unsure.map((address) => ({ address, failure: unmentioned }))];
  const kept = left.filter((one) => !unsure.includes(one));
  return kept.length === 0
    ? allRejected(parts.provider, all)
    : receipt({ ...parts, accepted: kept, rejected: all });
}

/** A receipt for no recipient is the failure of all of them. */
export function allRejected(provider: string, rejected: readonly Rejection[]): Failure {
  const failures = rejected.map((one) => one.failure);
  const kind = aggregateKind(failures);
  const { reason, code, retryAfterMs } = failures.find((one) => one.kind === kind) as Failure;
  return failure({ provider, kind, reason, code, retryAfterMs, rejected });
}

function sameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one === other || (one.length === other.length && one.every((item, i) => item === other[i]));
}

function parseFailure(context: ParseContext, raw: RawOutcome): Failure {
  // Where the whole is in doubt, so is what it says of each recipient.
  const isAboutRecipient = !(raw.kind === "transient" && contradictsHandOver(context, raw));
  const rejected = parseRejections({ ...context, isAboutRecipient }, raw.rejected);
  return failureOf(context, raw, rejected.length === 0 ? undefined : rejected);
}

/** Whether the kind contradicts the hand-over: only the server could say that it did not take the message. */
function contradictsHandOver(context: ParseContext, raw: RawOutcome): boolean {
  const { handedOver, maybeHandedOver = handedOver, isDelivery, isAboutRecipient } = context;
  if (isDelivery) return false;
  if (raw.kind === "cancelled") return maybeHandedOver;
  if (!handedOver) return false;
  return (
    raw.kind === "skipped" || (raw.kind === "transient" && raw.definite !== true && isAboutRecipient !== true)
  );
}

function failureOf(context: ParseContext, raw: RawOutcome, rejected?: readonly Rejection[]): Failure {
  let kind = raw.kind as FailureKind;
  let reason = typeof raw.reason === "string" ? raw.reason : "";
  if (!context.handedOver && context.refusal !== undefined) {
    // Its hand-over was refused, so nothing was sent, however the lost connection looked from inside.
    kind = "cancelled";
    reason = context.refusal;
  } else if (contradictsHandOver(context, raw)) {
    kind = "unknown";
    reason = `${reason} (after the message was handed over)`;
  }
  return failure({
    provider: nameOf(context, raw),
    kind,
    reason,
    code: typeof raw.code === "string" ? raw.code : undefined,
    retryAfterMs: typeof raw.retryAfterMs === "number" ? raw.retryAfterMs : undefined,
    retryable: raw.retryable === false ? false : undefined,
    definite: raw.definite === true ? true : undefined,
    rejected,
  });
}

const none: readonly never[] = Object.freeze([]);

const nonEmptyList = <T>(value: unknown): readonly T[] | undefined =>
  Array.isArray(value) && value.length > 0 ? value : undefined;

/** A recipient's own failure is an answer about it: it may stand beside an unknown end of the message. */
function parseRejections(context: ParseContext, raw: unknown): readonly Rejection[] {
  const list = nonEmptyList<{ readonly address?: unknown; readonly failure?: unknown } | null>(raw);
  if (list === undefined) return none;
  const { handedOver, maybeHandedOver = handedOver } = context;
  const recipientContext: ParseContext = {
    ...context,
    handedOver: maybeHandedOver,
    maybeHandedOver,
    refusal: undefined,
  };
  return list.flatMap((item) => {
    if (typeof item?.address !== "string") return [];
    const rejection = (item.failure ?? {}) as RawOutcome;
    if (rejection.success === true) return [];
    // A recipient's own failure has no recipients of its own.
    const failure = kinds.has(rejection.kind)
      ? failureOf(recipientContext, rejection)
      : missingOutcome(context.provider, maybeHandedOver);
    return [{ address: item.address, failure }];
  });
}
