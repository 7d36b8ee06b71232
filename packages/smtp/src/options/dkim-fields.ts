/** What RFC 6376, 5.4.1 recommends to sign. */
const recommended = [
  "from",
  "reply-to",
  "subject",
  "date",
  "to",
  "cc",
  "resent-date",
  "resent-from",
  "resent-to",
  "resent-cc",
  "in-reply-to",
  "references",
  "list-id",
  "list-help",
  "list-unsubscribe",
  "list-subscribe",
  "list-post",
  "list-owner",
  "list-archive",
];

/**
 * What is signed if nobody says otherwise, where a message has it. RFC 8058, 4 wants List-Unsubscribe-Post signed, or
 * mail programs show no button. The others say who wrote, which message it is, and how the body is read.
 */
export const standardFields: readonly string[] = [
  ...recommended,
  "list-unsubscribe-post",
  "sender",
  "resent-sender",
  "resent-message-id",
  "message-id",
  "mime-version",
  "content-type",
  "content-transfer-encoding",
  "content-id",
  "content-description",
  "content-disposition",
  "content-language",
];

/** What changes on the way, or is written there: a signature over it holds for nobody (RFC 6376, 5.4). */
export const changingFields: readonly string[] = ["return-path", "received", "dkim-signature"];
