import { type Failure, type FailureKind, failureKinds } from "./failure.ts";
import { overallKind } from "./hope.ts";
import { failure, receipt } from "./make-outcome.ts";
import { mailboxKey } from "./message/address.ts";
import type { Outcome, Rejection } from "./outcome.ts";

/** What is known of an attempt's hand-over, whatever the provider says. */
export interface HandOverFacts {
  readonly crossed: boolean;
  /** Perhaps crossed without a word: the message may be on its way. @defaultValue `crossed` */
  readonly maybe?: boolean;
  /** Why the provider was turned back at the gate, if it was. */
  readonly refusal: string | undefined;
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
  try {
    const said = (typeof answer === "object" && answer !== null ? answer : {}) as Said;
    if (said.success === true) return soundReceipt(provider, said, recipients);
    if (said.success === false && kinds.has(said.kind)) {
      return soundFailure(
        provider,
        said,
        facts,
        soundRejections(provider, said.rejected, facts.maybe ?? facts.crossed),
      );
    }
  } catch {
    // A getter or a proxy that throws: no answer.
  }
  const turnedBack = facts.crossed ? undefined : facts.refusal;
  if (turnedBack !== undefined) return failure({ provider, kind: "cancelled", reason: turnedBack });
  return noOutcome(provider, facts.maybe ?? facts.crossed);
}

function noOutcome(provider: string, maybe: boolean): Failure {
  const reason = "the provider answered neither a receipt nor a failure";
  return maybe
    ? failure({ provider, kind: "unknown", reason })
    : failure({ provider, kind: "transient", again: false, reason });
}

/** What a provider may have said, before any of it is believed. */
interface Said {
  readonly success?: unknown;
  readonly kind?: unknown;
  readonly reason?: unknown;
  readonly code?: unknown;
  readonly retryAfterMs?: unknown;
  readonly again?: unknown;
  readonly messageId?: unknown;
  readonly accepted?: unknown;
  readonly rejected?: unknown;
  readonly response?: unknown;
}

function soundReceipt(provider: string, said: Said, recipients: readonly string[]): Outcome {
  const accepted: readonly unknown[] = Array.isArray(said.accepted) ? said.accepted : [];
  const rejected = soundRejections(provider, said.rejected, true);
  const messageId = typeof said.messageId === "string" ? said.messageId : "";
  const response = typeof said.response === "string" ? said.response : undefined;
  if (rejected.length === 0 && (accepted.length === 0 || sameList(accepted, recipients))) {
    return receipt({ provider, messageId, response, accepted: recipients });
  }
  const parts = { provider, messageId, response };
  const refused = new Set(rejected.map(({ address }) => mailboxKey(address)));
  const taken = new Set(accepted.filter((one) => typeof one === "string").map(mailboxKey));
  const left = recipients.filter((one) => !refused.has(mailboxKey(one)));
  // With nobody listed as accepted, everybody who was not rejected was.
  const unsure = taken.size === 0 ? [] : left.filter((one) => !taken.has(mailboxKey(one)));
  const silence = failure({
    provider,
    kind: "unknown",
    reason: "the provider did not say what became of this recipient",
  });
  const all = [...rejected, ...unsure.map((address) => ({ address, failure: silence }))];
  const kept = left.filter((one) => !unsure.includes(one));
  return kept.length === 0 ? forNobody(provider, all) : receipt({ ...parts, accepted: kept, rejected: all });
}

/** A receipt for nobody is none. */
function forNobody(provider: string, rejected: readonly Rejection[]): Failure {
  const failures = rejected.map((one) => one.failure);
  const kind = overallKind(failures);
  const { reason, code, retryAfterMs } = failures.find((one) => one.kind === kind) as Failure;
  return failure({ provider, kind, reason, code, retryAfterMs, rejected });
}

function sameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one === other || (one.length === other.length && one.every((item, i) => item === other[i]));
}

function soundFailure(
  provider: string,
  said: Said,
  facts: HandOverFacts,
  rejected: readonly Rejection[],
): Failure {
  let kind = said.kind as FailureKind;
  let reason = typeof said.reason === "string" ? said.reason : "";
  if (!facts.crossed && facts.refusal !== undefined) {
    // Turned back at the gate, so nothing got through, however the lost connection looked from inside.
    kind = "cancelled";
    reason = facts.refusal;
  } else if ((facts.maybe ?? facts.crossed) && kind === "cancelled") {
    // Given up is not an answer: only the far end could say that it did not take the message.
    kind = "unknown";
    reason = `${reason} (after the message was handed over)`;
  }
  return failure({
    provider,
    kind,
    reason,
    code: typeof said.code === "string" ? said.code : undefined,
    retryAfterMs: typeof said.retryAfterMs === "number" ? said.retryAfterMs : undefined,
    again: said.again === false ? false : undefined,
    rejected: rejected.length === 0 ? undefined : rejected,
  });
}

const none: readonly Rejection[] = Object.freeze([]);

function soundRejections(provider: string, said: unknown, maybe: boolean): readonly Rejection[] {
  if (!Array.isArray(said) || said.length === 0) return none;
  return said.flatMap((item: { address?: unknown; failure?: unknown } | null) => {
    if (typeof item?.address !== "string") return [];
    const why = (item.failure ?? {}) as Said;
    if (why.success === true) return [];
    // A recipient's own failure has no recipients of its own.
    const failure = kinds.has(why.kind)
      ? soundFailure(provider, why, { crossed: maybe, maybe, refusal: undefined }, none)
      : noOutcome(provider, maybe);
    return [{ address: item.address, failure }];
  });
}
