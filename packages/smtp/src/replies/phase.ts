/** What a reply was the answer to (RFC 5321, 3). `dot` is the end of the message. */
export const phases = ["greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "dot"] as const;

export type Phase = (typeof phases)[number];
