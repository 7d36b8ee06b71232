import { createHash } from "node:crypto";
import {
  asciiTags,
  type BounceType,
  type FeedbackEvent,
  type FeedbackType,
  reason as fit,
  messageIdTag,
  withoutAddresses,
} from "@relais/core/spi";

/** What a vendor's word for an event means here; `undefined`: nothing that became of a mail. */
export type Meaning =
  | "bounced hard"
  | "bounced soft"
  | "bounced undetermined"
  | Exclude<FeedbackType, "bounced">
  | undefined;

/** An event as a source reads it. */
export interface EventParts {
  readonly meaning: Meaning;
  /** Empty if the vendor does not say which of several it was. */
  readonly recipient: string | undefined;
  readonly eventId: string;
  readonly message?: string | undefined;
  readonly providerMessageId?: string | undefined;
  readonly code?: string | undefined;
  /** The provider's words: codes are looked for in them. */
  readonly words?: string | undefined;
  readonly stream?: string | undefined;
  /** ms since 1970; now if the vendor says nothing that makes sense. */
  readonly at: number | undefined;
}

/** An enhanced status code (RFC 3463) or a reply code (RFC 5321). */
const code = /(?<![\d.])(?:[245]\.\d{1,3}\.\d{1,3}|[245]\d\d)(?![\d.]*\d)/;
const enhanced = /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)/;

/** An event of a provider; `undefined` if it means nothing here or names no recipient. */
export function feedbackEvent(
  provider: string,
  source: string,
  parts: EventParts,
): FeedbackEvent | undefined {
  const { meaning, recipient, at, words } = parts;
  if (meaning === undefined || recipient === undefined) return undefined;
  const [type, bounce] = meaning.split(" ") as [FeedbackType, BounceType | undefined];
  const said = words?.slice(0, 2_000) ?? "";
  const now = Date.now();
  const event: FeedbackEvent = {
    type,
    bounce,
    recipient,
    provider,
    source,
    eventId: parts.eventId,
    message: parts.message,
    providerMessageId: parts.providerMessageId,
    code: parts.code ?? (enhanced.exec(said) ?? code.exec(said))?.[0],
    reason: fit(withoutAddresses(said)) || undefined,
    stream: parts.stream,
    // A clock that runs ahead must not make an event the newest for ever.
    at: at !== undefined && Number.isFinite(at) && at > 0 ? Math.min(Math.round(at), now) : now,
  };
  const told = Object.entries(event).filter(([, value]) => value !== undefined);
  return Object.fromEntries(told) as unknown as FeedbackEvent;
}

/**
 * Our id of a message that has a tag and a header. Tags of SES and Resend hold letters and digits only, so that the header
 * has it as it is; a mail that was passed on may have the header of another.
 */
export function ownId(tag: string | undefined, header: string | undefined): string | undefined {
  if (tag === undefined || header === undefined) return tag ?? header;
  return asciiTags({ [messageIdTag]: header })[messageIdTag] === tag ? header : tag;
}

/** The address of a text that is one, with or without a display name. */
export function mailbox(text: string | undefined): string | undefined {
  const address = (/<([^<>]+)>\s*$/.exec(text ?? "")?.[1] ?? text ?? "").trim();
  return /^.+@[^\s@]+$/.test(address) && address.length <= 320 ? address : undefined;
}

/** ms since 1970 of an ISO 8601 date. */
export const isoMs = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(text);

/** An id made of what tells an event from others: the same each time. */
export function hashed(...parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}
