import { mailboxKey } from "../message/address.ts";
import { isProviderId } from "../runtime/options.ts";
import { type FailureKind, failureKinds } from "./kinds.ts";
import {
  type Behind,
  type Failure,
  failure,
  type Outcome,
  type Receipt,
  type Rejection,
  receipt,
  withBehind,
} from "./outcome.ts";
import { overallKind } from "./precedence.ts";

/** What is known of an attempt's hand-over, whatever the provider says. */
export interface HandOverFacts {
  readonly crossed: boolean;
  /** Perhaps crossed without a word: the message may be on its way. @defaultValue `crossed` */
  readonly maybe?: boolean;
  /** Why the provider was turned back at the gate, if it was. */
  readonly refusal: string | undefined;
  /** It speaks for providers of its own, whose names stand. */
  readonly names?: boolean;
}

const kinds: ReadonlySet<unknown> = new Set(failureKinds);

/**
 * A provider's answer, made sound: right id, one-line reasons, every recipient accounted for, and no kind that
 * contradicts what is known of the hand-over.
 */
export function soundOutcome(
  provider: string,
  answer: unknown,
  recipients: readonly string[],
  facts: HandOverFacts,
): Outcome {
  const read = readOutcome(provider, answer, recipients, facts);
  if (read !== undefined) return read;
  const turnedBack = facts.crossed ? undefined : facts.refusal;
  if (turnedBack !== undefined) return failure({ provider, kind: "cancelled", reason: turnedBack });
  return noOutcome(provider, facts.maybe ?? facts.crossed);
}

/** The same; `undefined` for an answer that is none. */
export function readOutcome(
  provider: string,
  answer: unknown,
  recipients: readonly string[],
  facts: HandOverFacts,
): Outcome | undefined {
  try {
    if (typeof answer !== "object" || answer === null) return undefined;
    const said = answer as Said;
    // The delivery of a chain: its own law has been kept, and its providers have names.
    const isWhole = Array.isArray(said.attempts);
    const reader: Reader = { provider, ...facts, names: isWhole || facts.names === true, isWhole };
    if (said.success === true)
      return withBehind(soundReceipt(reader, said, recipients), behind(reader, said));
    if (said.success !== false || !kinds.has(said.kind)) return undefined;
    const isPart = Array.isArray(said.accepted) && said.accepted.length > 0;
    const outcome = isPart ? soundPart(reader, said, recipients) : soundFailure(reader, said);
    return withBehind(outcome, behind(reader, said));
  } catch {
    // A getter or a proxy that throws: no answer.
    return undefined;
  }
}

/** An answer is read for one provider, with what is known of its attempt. */
interface Reader extends HandOverFacts {
  readonly provider: string;
  readonly names: boolean;
  /** The delivery of a chain, which has kept the law of the hand-over itself. */
  readonly isWhole: boolean;
  /** What is read is said of one recipient: an answer, whatever became of the message. */
  readonly isOwn?: boolean;
}

/** What an answer that is none amounts to. @param maybe the message may be on its way */
export function noOutcome(provider: string, maybe: boolean): Failure {
  const reason = "the provider answered neither a receipt nor a failure";
  return maybe
    ? failure({ provider, kind: "unknown", reason })
    : failure({ provider, kind: "transient", again: false, reason });
}

/** What a provider may have said, before any of it is believed. */
interface Said {
  readonly success?: unknown;
  readonly provider?: unknown;
  readonly kind?: unknown;
  readonly reason?: unknown;
  readonly code?: unknown;
  readonly retryAfterMs?: unknown;
  readonly again?: unknown;
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

const nameOf = ({ names, provider }: Reader, said: Said): string =>
  names && isProviderId(said.provider) ? said.provider : provider;

/** Only whoever speaks for several has more behind an outcome than the outcome. */
function behind(reader: Reader, said: Said): Behind {
  const { receipts, failures, possibleDuplicate } = said;
  if (!reader.names) return {};
  const taken = Array.isArray(receipts) ? receipts.flatMap((one) => receiptOf(reader, one as Said)) : [];
  const why = Array.isArray(failures)
    ? failures.flatMap((one: Said) => (kinds.has(one.kind) ? [plainFailure(reader, one)] : []))
    : [];
  return {
    ...(taken.length > 1 ? { receipts: taken } : {}),
    ...(why.length > 0 ? { failures: why } : {}),
    ...(possibleDuplicate === true ? { possibleDuplicate } : {}),
  };
}

function receiptOf(reader: Reader, said: Said): readonly Receipt[] {
  const { accepted, messageId } = said;
  if (!Array.isArray(accepted) || !accepted.every((one) => typeof one === "string")) return [];
  const parts = { provider: nameOf(reader, said), messageId: typeof messageId === "string" ? messageId : "" };
  return [receipt({ ...parts, accepted })];
}

function soundReceipt(reader: Reader, said: Said, recipients: readonly string[]): Outcome {
  const accepted: readonly unknown[] = Array.isArray(said.accepted) ? said.accepted : [];
  const known = reader.names ? reader : { ...reader, crossed: true, maybe: true, refusal: undefined };
  const rejected = soundRejections({ ...known, isOwn: true }, said.rejected);
  const provider = nameOf(reader, said);
  const messageId = typeof said.messageId === "string" ? said.messageId : "";
  const response = typeof said.response === "string" ? said.response : undefined;
  if (rejected.length === 0 && (accepted.length === 0 || sameList(accepted, recipients))) {
    return receipt({ provider, messageId, response, accepted: recipients });
  }
  const silence = failure({
    provider: reader.provider,
    kind: "unknown",
    reason: "the provider did not say what became of this recipient",
  });
  return partly({ provider, messageId, response }, accepted, rejected, silence, recipients);
}

/** A failure that names recipients who were accepted: a receipt for them. */
function soundPart(reader: Reader, said: Said, recipients: readonly string[]): Outcome {
  const [first] = Array.isArray(said.receipts) ? (said.receipts as readonly (Said | null)[]) : [];
  const provider = nameOf(reader, first ?? {});
  const messageId = typeof first?.messageId === "string" ? first.messageId : "";
  const others = plainFailure(reader, said);
  const rejected = soundRejections({ ...reader, isOwn: true }, said.rejected);
  return partly({ provider, messageId }, said.accepted as readonly unknown[], rejected, others, recipients);
}

/** @param silence what is said of those who are in neither list */
function partly(
  parts: { readonly provider: string; readonly messageId: string; readonly response?: string | undefined },
  accepted: readonly unknown[],
  rejected: readonly Rejection[],
  silence: Failure,
  recipients: readonly string[],
): Outcome {
  const refused = new Set(rejected.map(({ address }) => mailboxKey(address)));
  const taken = new Set(accepted.filter((one) => typeof one === "string").map(mailboxKey));
  const left = recipients.filter((one) => !refused.has(mailboxKey(one)));
  // With nobody listed as accepted, everybody who was not rejected was.
  const unsure = taken.size === 0 ? [] : left.filter((one) => !taken.has(mailboxKey(one)));
  const all = [...rejected, ...unsure.map((address) => ({ address, failure: silence }))];
  const kept = left.filter((one) => !unsure.includes(one));
  return kept.length === 0
    ? forNobody(parts.provider, all)
    : receipt({ ...parts, accepted: kept, rejected: all });
}

/** A receipt for nobody is none: the failure of all of them. */
export function forNobody(provider: string, rejected: readonly Rejection[]): Failure {
  const failures = rejected.map((one) => one.failure);
  const kind = overallKind(failures);
  const { reason, code, retryAfterMs } = failures.find((one) => one.kind === kind) as Failure;
  return failure({ provider, kind, reason, code, retryAfterMs, rejected });
}

function sameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one === other || (one.length === other.length && one.every((item, i) => item === other[i]));
}

function soundFailure(reader: Reader, said: Said): Failure {
  // Where the whole is in doubt, so is what is said of each in the same words.
  const isOwn = !(said.kind === "transient" && isDoubtful(reader, said));
  const rejected = soundRejections({ ...reader, isOwn }, said.rejected);
  return plainFailure(reader, said, rejected.length === 0 ? undefined : rejected);
}

/** Kinds that contradict a hand-over: only the far end could say that it did not take the message. */
function isDoubtful(reader: Reader, said: Said): boolean {
  const { crossed, maybe = crossed, isWhole, isOwn } = reader;
  if (isWhole) return false;
  if (said.kind === "cancelled") return maybe;
  if (!crossed) return false;
  return said.kind === "skipped" || (said.kind === "transient" && said.definite !== true && isOwn !== true);
}

function plainFailure(reader: Reader, said: Said, rejected?: readonly Rejection[]): Failure {
  let kind = said.kind as FailureKind;
  let reason = typeof said.reason === "string" ? said.reason : "";
  if (!reader.crossed && reader.refusal !== undefined) {
    // Turned back at the gate, so nothing got through, however the lost connection looked from inside.
    kind = "cancelled";
    reason = reader.refusal;
  } else if (isDoubtful(reader, said)) {
    kind = "unknown";
    reason = `${reason} (after the message was handed over)`;
  }
  return failure({
    provider: nameOf(reader, said),
    kind,
    reason,
    code: typeof said.code === "string" ? said.code : undefined,
    retryAfterMs: typeof said.retryAfterMs === "number" ? said.retryAfterMs : undefined,
    again: said.again === false ? false : undefined,
    definite: said.definite === true ? true : undefined,
    rejected,
  });
}

const none: readonly Rejection[] = Object.freeze([]);

/** A recipient's own failure is an answer about it: it may stand beside an unknown end of the message. */
function soundRejections(reader: Reader, said: unknown): readonly Rejection[] {
  if (!Array.isArray(said) || said.length === 0) return none;
  const { crossed, maybe = crossed } = reader;
  const own: Reader = { ...reader, crossed: maybe, maybe, refusal: undefined };
  return said.flatMap((item: { address?: unknown; failure?: unknown } | null) => {
    if (typeof item?.address !== "string") return [];
    const why = (item.failure ?? {}) as Said;
    if (why.success === true) return [];
    // A recipient's own failure has no recipients of its own.
    const failure = kinds.has(why.kind) ? plainFailure(own, why) : noOutcome(reader.provider, maybe);
    return [{ address: item.address, failure }];
  });
}
