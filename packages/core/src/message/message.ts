import type { Address } from "./address.ts";

/** How much a message may hold. */
export interface Limits {
  /** To, Cc and Bcc together. @defaultValue 1000 */
  readonly maxRecipients: number;
  /** Bodies and attachments together, before encoding. @defaultValue 40 MiB */
  readonly maxBytes: number;
  /** @defaultValue 100 */
  readonly maxAttachments: number;
  /** Whether `attachments[].path` may name local files. @defaultValue false */
  readonly allowFiles: boolean;
  /**
   * Refuses a display name that reads as another address than its own, such as `ceo@bank.example` before
   * `<shop@example.org>`. Readers show names before addresses, so such a name can deceive; mailing lists and
   * resellers write them all the same (`bob@example.com via Shop`). @defaultValue false
   */
  readonly strictNames: boolean;
}

export const defaultLimits: Limits = Object.freeze({
  maxRecipients: 1_000,
  maxBytes: 40 * 1024 * 1024,
  maxAttachments: 100,
  allowFiles: false,
  strictNames: false,
});

/** A file that travels with a message, read into memory. Its bytes are this message's own; do not write to them. */
export interface Attachment {
  readonly filename?: string;
  readonly content: Uint8Array;
  readonly contentType?: string;
  /** Content-ID without angle brackets, for `<img src="cid:…">`. */
  readonly cid?: string;
  readonly disposition: "attachment" | "inline";
}

/** Another form of the same body, for readers that can show it: a calendar event, AMP. */
export interface Alternative {
  /** `text/x-amp-html`, with its parameters if it has any. */
  readonly contentType: string;
  readonly content: Uint8Array;
}

/** A calendar event (RFC 5546) that readers offer to accept. */
export interface CalendarEvent {
  /** `PUBLISH`, `REQUEST`, `REPLY`, `CANCEL`, … in upper case. */
  readonly method: string;
  readonly filename: string;
  readonly content: Uint8Array;
}

/** A link by which the one recipient unsubscribes (RFC 8058). */
export interface Unsubscribe {
  readonly url: string;
  readonly stream?: string;
  readonly mailto?: string;
}

/** What a server is asked to report about a message (RFC 3461). Only SMTP servers that offer DSN are told. */
export interface DeliveryStatusRequest {
  /** How much of the message a report brings back. */
  readonly return?: "full" | "headers";
  /** An envelope id that stands in reports. */
  readonly id?: string;
  readonly notify?: readonly ("never" | "success" | "failure" | "delay")[];
  /** The original recipient, a bare address. */
  readonly recipient?: string;
}

/** What a message may ignore of a suppression list: everything but complaints. */
export type IgnorableSuppression = "bounced" | "unsubscribed" | "manual";

/** What is sent: checked, complete, deeply frozen, and the same object for every provider that tries it. */
export interface Message {
  /** Stable over every attempt and provider: the idempotency key. */
  readonly id: string;
  /** The Message-ID header, with angle brackets; of a whole mail as it came, and empty if it has none. */
  readonly messageId: string;
  /** The Date header, ISO 8601; when the message was made, if a whole mail has none that can be read. */
  readonly date: string;
  /** The first author: whom replies and bounces are for unless something else says so. */
  readonly from: Address;
  /** Every mailbox of the From header, `from` the first of them (RFC 5322, 3.6.2). */
  readonly authors: readonly Address[];
  readonly sender?: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly replyTo: readonly Address[];
  /** The ids of others as they came, several with blanks between. */
  readonly inReplyTo?: string;
  readonly references: readonly string[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  /** Further forms of the body, between text and HTML. */
  readonly alternatives: readonly Alternative[];
  readonly icalEvent?: CalendarEvent;
  readonly attachments: readonly Attachment[];
  /** Further headers, never structural ones; a list is the same header several times. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Still to be put into the header by a chain, which has the secret. */
  readonly unsubscribe?: Unsubscribe;
  /** `false`: no provider adds an id by which an event says which message it is about. */
  readonly correlation?: false;
  readonly dsn?: DeliveryStatusRequest;
  /** Name and value pairs for the provider's own statistics; they do not travel with the message. */
  readonly tags: Readonly<Record<string, string>>;
  /** What kind of mail it is, `marketing`: recipients unsubscribe from streams. */
  readonly stream?: string;
  /** Reasons for which a recipient is on a suppression list, and gets this message all the same. */
  readonly ignoreSuppression?: readonly IgnorableSuppression[];
  /** All recipients of the message. An attempt may be for fewer: see `SendContext.envelope`. */
  readonly envelope: Envelope;
  /** Bytes of bodies and attachments before encoding: what concurrency limits count. */
  readonly contentBytes: number;
  /**
   * A whole mail (RFC 5322) that is sent as it came, but for Bcc: what the fields above say was read from its header.
   * Text, HTML and attachments are within it; `parts` of `@relais/mime` reads them.
   */
  readonly raw?: Uint8Array;
}

/** What the server is told of sender and recipients (RFC 5321); independent of the headers. */
export interface Envelope {
  /** The bare address that bounces go to; `""` is the null sender. */
  readonly from: string;
  /** Bare addresses, each once. */
  readonly to: readonly string[];
}
