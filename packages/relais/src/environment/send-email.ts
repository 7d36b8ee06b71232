import type { Chain, Delivery, FailureKind, MessageInput } from "@relais/core";
import { chainFromEnv } from "./chain-from-env.ts";
import { ConfigurationError } from "./settings-reader.ts";

/** Every recipient was accepted. */
export interface EmailAccepted {
  readonly success: true;
  readonly status: "sent";
  /** The message's id, the same in events, logs and the outbox. */
  readonly id: string;
  /** The provider that took the message (the first, if recipients went by several). */
  readonly provider: string;
  readonly messageId: string;
  /** Never there: without `strict` a compiler does not tell the two ends apart by `success`. */
  readonly error?: undefined;
  readonly kind?: undefined;
}

/** Not every recipient was accepted, or it is unknown. */
export interface EmailNotAccepted {
  readonly success: false;
  /**
   * - `failed`: certainly delivered to nobody
   * - `partial`: those in `accepted` have it, those in `rejected` certainly do not
   * - `unknown`: of at least one recipient nobody knows whether it arrived; sent again, it may arrive twice
   */
  readonly status: "failed" | "partial" | "unknown";
  /** `SMTP: reason | SES: reason`, a part a provider that failed; or what is wrong with the message or the environment. */
  readonly error: string;
  /**
   * What the failure amounts to. `rejected`: a recipient or the message is wrong; `misconfigured`: the environment is, or
   * an account; all others are not the sender's to fix.
   */
  readonly kind: FailureKind;
  /** The message's id; `""` if it was refused before it had one, or if there is no chain. */
  readonly id: string;
  /** The earliest time worth trying again, ms since 1970, if every provider said or implied one. */
  readonly retryAt?: number;
  /** The recipients that were accepted, by whichever provider. */
  readonly accepted: readonly string[];
  /** All others, those whose end is unknown included. */
  readonly rejected: readonly string[];
}

/** How the one call ended: which provider took the message, or why not all of it went out. */
export type EmailSent = EmailAccepted | EmailNotAccepted;

let chain: Chain | undefined;
/** The chain of `setEmailChain`, which its maker closes. */
let given: Pick<Chain, "send"> | undefined;

/**
 * Makes `sendEmail` send through this chain: one of `loadChain`, or `captureChain()` of `@relais/testing` in a test.
 * `undefined` makes it read the environment again.
 */
export function setEmailChain(next: Pick<Chain, "send"> | undefined): void {
  if (next !== undefined && typeof next?.send !== "function")
    throw new TypeError("setEmailChain: give a chain, or undefined");
  given = next;
}

/**
 * One call from payload to outcome, over the chain that `process.env` describes (see `chainFromEnv`), which is made
 * on the first call and kept; or over the one of `setEmailChain`. Never rejects: a wrong environment, too, comes back as `{ success: false, error }`, with
 * the status `failed`. For attempts and each recipient's own failure use `chainFromEnv().send`.
 */
export async function sendEmail(payload: MessageInput): Promise<EmailSent> {
  let used = given;
  try {
    used ??= chain ??= chainFromEnv();
  } catch (error) {
    const problem = error instanceof ConfigurationError ? error.problems.join(" ") : String(error);
    const none = { id: "", accepted: [], rejected: [] };
    return { success: false, status: "failed", kind: "misconfigured", error: problem, ...none };
  }
  const delivery: Delivery = await used.send(payload);
  if (delivery.success) {
    const { provider, messageId, id } = delivery;
    return { success: true, status: "sent", provider, messageId, id };
  }
  const { status, error, kind, id, retryAt, accepted } = delivery;
  const rejected = delivery.rejected.map(({ address }) => address);
  const later = retryAt === undefined ? {} : { retryAt };
  return { success: false, status, error, kind, id, ...later, accepted, rejected };
}

/** Closes the chain that `sendEmail` made; the next call makes a new one. One of `setEmailChain` stays as it is. */
export async function closeEmail(): Promise<void> {
  const closing = chain;
  chain = undefined;
  await closing?.close();
}
