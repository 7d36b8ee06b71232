import type { Phrase } from "./phrase.ts";
import { accountPhrases } from "./phrases-account.ts";
import { mailPhrases } from "./phrases-mail.ts";
import { recipientPhrases } from "./phrases-recipient.ts";

export type { Phrase } from "./phrase.ts";

/**
 * Every wording that decides anything, with its source; the first that fits is taken. Codes come first wherever they
 * are enough: see `replyRules`.
 */
export const phrases: readonly Phrase[] = Object.freeze([
  ...accountPhrases,
  ...mailPhrases,
  ...recipientPhrases,
]);
