import type { Address } from "./address.ts";
import type { Envelope } from "./envelope.ts";

/** A file that travels with a message, read into memory. Its bytes are this message's own; do not write to them. */
export interface Attachment {
  readonly filename?: string;
  readonly content: Uint8Array;
  readonly contentType?: string;
  /** Content-ID without angle brackets, for `<img src="cid:…">`. */
  readonly cid?: string;
  readonly disposition: "attachment" | "inline";
}

/** What is sent: checked, complete, deeply frozen, and the same object for every provider that tries it. */
export interface Message {
  /** Stable over every attempt and provider: the idempotency key. */
  readonly id: string;
  /** The Message-ID header, with angle brackets. */
  readonly messageId: string;
  /** The Date header, ISO 8601. */
  readonly date: string;
  readonly from: Address;
  readonly sender?: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly replyTo: readonly Address[];
  /** Message-IDs with angle brackets. */
  readonly inReplyTo?: string;
  readonly references: readonly string[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  readonly attachments: readonly Attachment[];
  /** Further headers; never structural ones. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name and value pairs for the provider's own statistics; they do not travel with the message. */
  readonly tags: Readonly<Record<string, string>>;
  /** Everybody the message is for. An attempt may be for fewer: see `SendContext.envelope`. */
  readonly envelope: Envelope;
  /** Bytes of bodies and attachments before encoding: what concurrency limits count. */
  readonly contentBytes: number;
}
