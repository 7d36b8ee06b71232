import type { Failure, FailureKind } from "./failure.ts";
import type { Receipt, Rejection } from "./outcome.ts";
import { reason } from "./reason.ts";

/** What `failure` is made from; `undefined` means absent. */
export interface FailureParts {
  readonly provider: string;
  readonly kind: FailureKind;
  /** Any text without secrets: it is cut and cleaned here. */
  readonly reason: string;
  readonly code?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly again?: false | undefined;
  readonly rejected?: readonly Rejection[] | undefined;
}

/** A frozen `Failure` with its reason cleaned. */
export function failure(parts: FailureParts): Failure {
  const { provider, kind, code, retryAfterMs, again, rejected } = parts;
  const line = reason(parts.reason);
  return Object.freeze({
    success: false,
    provider,
    kind,
    reason: line === "" ? kind : line,
    ...(code === undefined ? {} : { code: reason(code, 64) }),
    ...(retryAfterMs === undefined || !(retryAfterMs >= 0) ? {} : { retryAfterMs: Math.ceil(retryAfterMs) }),
    ...(again === undefined ? {} : { again }),
    ...(rejected === undefined ? {} : { rejected: Object.freeze([...rejected]) }),
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

/** A frozen `Receipt`. */
export function receipt(parts: ReceiptParts): Receipt {
  const { provider, messageId, accepted, rejected = [], response } = parts;
  return Object.freeze({
    success: true,
    provider,
    messageId,
    accepted: Object.freeze([...accepted]),
    rejected: Object.freeze([...rejected]),
    ...(response === undefined ? {} : { response: reason(response) }),
  });
}
