import type { Chain, Delivery, MessageInput } from "@relais/core";
import { chainFromEnv } from "./chain-from-env.ts";
import { ConfigurationError } from "./configuration-error.ts";

/** How the one call ended: which provider took the message, or why none did. */
export type EmailSent =
  | { readonly success: true; readonly provider: string; readonly messageId: string }
  | { readonly success: false; readonly error: string };

let chain: Chain | undefined;

/**
 * One call from payload to outcome, over the chain that `process.env` describes (see `chainFromEnv`), which is made
 * on the first call and kept. Never rejects: a wrong environment, too, comes back as `{ success: false, error }`.
 * For attempts, partial deliveries and `unknown`, use `chainFromEnv().send`.
 */
export async function sendEmail(payload: MessageInput): Promise<EmailSent> {
  try {
    chain ??= chainFromEnv();
  } catch (error) {
    return {
      success: false,
      error: error instanceof ConfigurationError ? error.problems.join(" ") : String(error),
    };
  }
  const delivery: Delivery = await chain.send(payload);
  if (!delivery.success) return { success: false, error: delivery.error };
  const { provider, messageId } = delivery;
  return { success: true, provider, messageId };
}

/** Closes the chain behind `sendEmail`, so that the process can end; the next call makes a new one. */
export async function closeEmail(): Promise<void> {
  const closing = chain;
  chain = undefined;
  await closing?.close();
}
