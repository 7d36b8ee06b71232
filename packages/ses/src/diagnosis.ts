import type { FailureKind } from "@relais/core/spi";

/** What went wrong, before it is a `Failure` of some provider. Its texts may still hold secrets. */
export interface Diagnosis {
  readonly kind: FailureKind;
  readonly reason: string;
  readonly code?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly again?: false | undefined;
  /** Said by SES itself after the request was handed over: it has not taken the message. */
  readonly definite?: true | undefined;
  /** Our clock is wrong; the next request of the same client fits. */
  readonly clock?: true | undefined;
  /** A fresh key may help. */
  readonly key?: true | undefined;
}
