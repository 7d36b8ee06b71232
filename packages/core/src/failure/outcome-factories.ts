import { reason } from "../runtime/sanitize.ts";
import type { Failure, FailureKind } from "./kinds.ts";
import type { Behind, Outcome, Receipt, Rejection } from "./outcome.ts";

/** What `failure` is made from; `undefined` means absent. */
export interface FailureParts {
  readonly provider: string;
  readonly kind: FailureKind;
  /** Any text without secrets: it is cut and cleaned here. */
  readonly reason: string;
  readonly code?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly again?: false | undefined;
  readonly definite?: true | undefined;
  readonly rejected?: readonly Rejection[] | undefined;
}

/** The outcome with what stands behind it. */
export function withBehind(outcome: Outcome, behind: Behind): Outcome {
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
  const { provider, kind, code, retryAfterMs, again, definite, rejected } = parts;
  const line = reason(parts.reason);
  return Object.freeze({
    success: false,
    provider,
    kind,
    reason: line === "" ? kind : line,
    ...(code === undefined ? {} : { code: reason(code, 64) }),
    ...(retryAfterMs === undefined || !(retryAfterMs >= 0) ? {} : { retryAfterMs: Math.ceil(retryAfterMs) }),
    ...(again === undefined ? {} : { again }),
    ...(definite === undefined ? {} : { definite }),
    ...(rejected === undefined ? {} : { rejected: frozenRejections(rejected) }),
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

/** Observers are shown these before the chain goes by them. */
function frozenRejections(list: readonly Rejection[]): readonly Rejection[] {
  return list.length === 0 ? none : Object.freeze(list.map((one) => Object.freeze({ ...one })));
}

/** The list itself if nobody can change it, else a copy. */
function frozenList<T>(list: readonly T[]): readonly T[] {
  return Object.isFrozen(list) ? list : Object.freeze([...list]);
}
