import type { Delivery, Failure, FailureKind } from "@relais/core/spi";

/** What nodemailer's callback gets when a mail was not sent. Fields are named as nodemailer's own. */
export interface SendingError extends Error {
  /** nodemailer's code of this meaning: see the table in the README. */
  readonly code: string;
  /** Three digits, where the server gave any. */
  readonly responseCode?: number;
  readonly response?: string;
  /** Recipients that surely did not get it. */
  readonly rejected?: readonly string[];
  readonly rejectedErrors?: readonly SendingError[];
  /** On the entries of `rejectedErrors`. */
  readonly recipient?: string;
  /** The whole delivery; absent where the mail could not be composed or was refused before it was sent. */
  readonly delivery?: Delivery;
}

/** `EUNKNOWN` is not nodemailer's, on purpose: nothing that sends again on ECONNECTION may do so here. */
const codes: Readonly<Record<FailureKind, string>> = {
  transient: "ECONNECTION",
  throttled: "EMAXLIMIT",
  deferred: "EENVELOPE",
  misconfigured: "EAUTH",
  refused: "EMESSAGE",
  rejected: "EENVELOPE",
  unknown: "EUNKNOWN",
  skipped: "ECONNECTION",
  cancelled: "EABORT",
};

type Fields = Omit<SendingError, "name" | "message">;

/** An error with nodemailer's fields; `undefined` ones are left out. */
export function sendingError(
  message: string,
  fields: { readonly [Name in keyof Fields]: Fields[Name] | undefined },
): SendingError {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  const error = new Error(message);
  // Not enumerable where it is long: an error that nobody catches is printed with every enumerable field.
  for (const [name, value] of present)
    Object.defineProperty(error, name, {
      value,
      enumerable: name !== "delivery" && name !== "rejectedErrors",
      writable: true,
      configurable: true,
    });
  return error as SendingError;
}

function responseCodeOf(failure: Failure | undefined): number | undefined {
  const digits = /^([2-5]\d\d)\b/.exec(failure?.code ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** One failure as nodemailer reports it. */
export function failureError(failure: Failure, recipient?: string): SendingError {
  const { kind, reason: response } = failure;
  return sendingError(response, {
    code: codes[kind],
    response,
    responseCode: responseCodeOf(failure),
    recipient,
  });
}

/** Each refused recipient's own error, as nodemailer's `rejectedErrors`. */
export function rejectedErrors({ rejected }: Delivery): readonly SendingError[] {
  return rejected.map(({ address, failure }) => failureError(failure, address));
}

/** A delivery that failed, as the error for nodemailer's callback. */
export function deliveryError(delivery: Delivery & { readonly success: false }): SendingError {
  const { kind, failures, rejected, error, reason } = delivery;
  const cause = [...rejected.map((one) => one.failure), ...failures].find((one) => one.kind === kind);
  return sendingError(error, {
    code: codes[kind],
    response: cause?.reason ?? reason,
    rejected: rejected.map((one) => one.address),
    rejectedErrors: rejectedErrors(delivery),
    delivery,
    responseCode: responseCodeOf(cause),
  });
}
