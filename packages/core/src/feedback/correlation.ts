/**
 * Under which names a provider carries `Message.id`, so that an event says which message it is about. Whoever sends and
 * whoever receives uses these.
 */

/** The header of a mail. */
export const messageIdHeader = "X-Relais-Id";

/** The tag (SES, Resend), custom argument (SendGrid), variable (Mailgun) or metadata (Postmark). */
export const messageIdTag = "relais_id";
