import { type Address, mailboxKey, needsSmtpUtf8 } from "../message/address.ts";
import type { Envelope, Message } from "../message/message.ts";

/**
 * What a provider takes in one attempt, known before it is asked. Absent fields mean that no bound is known. A chain
 * splits a message for more recipients into several attempts, and passes over a provider that would refuse the message.
 */
export interface ProviderLimits {
  /** Recipients of one attempt, those in Bcc included. */
  readonly maxRecipients?: number | undefined;
  /**
   * Bytes of one message in the form that the provider sends: the MIME message (headers and encoded parts), or the
   * body of an HTTP request. The chain passes a provider over where text, HTML and attachments alone are more than
   * that; the provider itself counts the rest, right before it sends.
   */
  readonly maxBytes?: number | undefined;
  /** Attachments count as base64, 4 bytes for 3. @defaultValue they count as they are */
  readonly attachmentEncoding?: "base64" | undefined;
  /** `false`: no address with other characters than ASCII before the `@` (RFC 6531), in envelope or header. */
  readonly smtpUtf8?: false | undefined;
  /** `false`: not from the null sender, an empty `envelope.from`. */
  readonly nullSender?: false | undefined;
  /** Extensions of file names that are not taken as attachments: lower case, without the dot. */
  readonly refusedExtensions?: readonly string[] | undefined;
  /** The only extensions that are taken; a name without one is not, an attachment without a name is. */
  readonly allowedExtensions?: readonly string[] | undefined;
  /**
   * `true`: the provider writes To and Cc itself, from the recipients of the attempt alone, and needs one of them there.
   * Recipients in Bcc that do not fit beside a visible one then go one by one: together they would see each other.
   */
  readonly visibleRecipient?: true | undefined;
  /**
   * What else is wrong with a message, as one short sentence without a secret. Makes no request and changes nothing; what it
   * throws counts as "nothing is wrong".
   */
  readonly refuses?: ((message: Message, envelope: Envelope) => string | undefined) | undefined;
}

/** Where a chain reads limits; they may change while it runs. */
export interface Limited {
  readonly limits?: ProviderLimits | undefined;
}

/** A provider's limits as they are now. A getter that throws has none. */
export function limitsOf(provider: Limited): ProviderLimits | undefined {
  try {
    const { limits } = provider;
    return typeof limits === "object" && limits !== null ? limits : undefined;
  } catch {
    return undefined;
  }
}

/** A bound that can be one: at least 1. Anything else is none. */
const bound = (value: number | undefined): number =>
  typeof value === "number" && value >= 1 ? Math.floor(value) : Number.POSITIVE_INFINITY;

// Windows drops dots and blanks at the end of a name, so what stands before them is its type.
const extensionOf = (filename: string): string | undefined =>
  /\.([^.\s/\\]+)[.\s]*$/.exec(filename)?.[1]?.toLowerCase();

/** Where the header of a whole mail ends. */
function headBytes(raw: Uint8Array): number {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const ends = [bytes.indexOf("\r\n\r\n"), bytes.indexOf("\n\n")].filter((at) => at >= 0);
  return ends.length === 0 ? 0 : Math.min(...ends);
}

/** What of a message is sent at least, in bytes: more is added by headers, encoding and the parts of MIME. */
function leastBytes(message: Message, { attachmentEncoding, visibleRecipient }: ProviderLimits): number {
  const { text, html, attachments, raw } = message;
  if (raw !== undefined) {
    // A provider that writes a mail anew sends its parts, which may be less than their encoded forms.
    if (visibleRecipient === true) return 0;
    // Line breaks become CRLF, and the header may lose a field; only the rest is sure.
    return raw.byteLength - headBytes(raw);
  }
  let bytes = Buffer.byteLength(text ?? "") + Buffer.byteLength(html ?? "");
  for (const { content } of attachments) {
    const size = content.byteLength;
    bytes += attachmentEncoding === "base64" ? 4 * Math.ceil(size / 3) : size;
  }
  return bytes;
}

function wrongAttachment(message: Message, limits: ProviderLimits): string | undefined {
  const { refusedExtensions, allowedExtensions } = limits;
  if (refusedExtensions === undefined && allowedExtensions === undefined) return undefined;
  for (const { filename } of message.attachments) {
    // What has no name gets one from the provider.
    if (filename === undefined) continue;
    const extension = extensionOf(filename);
    if (extension !== undefined && refusedExtensions?.includes(extension) === true) {
      return `attachments of the type .${extension} are not taken`;
    }
    if (allowedExtensions !== undefined && !allowedExtensions.includes(extension ?? "")) {
      return `attachments ${extension === undefined ? "without a type" : `of the type .${extension}`} are not taken`;
    }
  }
  return undefined;
}

const isUtf8 = ({ address }: Address): boolean => needsSmtpUtf8(address);

/** The first header whose addresses cannot be written in ASCII. */
export function utf8Header(message: Message, { visibleRecipient }: ProviderLimits = {}): string | undefined {
  const { from, authors, sender, replyTo, to, cc } = message;
  if (isUtf8(from) || authors.some(isUtf8)) return "from";
  if (sender !== undefined && isUtf8(sender)) return "sender";
  if (replyTo.some(isUtf8)) return "replyTo";
  // Where the provider writes them, they hold none but the attempt's recipients.
  if (visibleRecipient === true) return undefined;
  if (to.some(isUtf8)) return "to";
  return cc.some(isUtf8) ? "cc" : undefined;
}

function refusal(message: Message, envelope: Envelope, limits: ProviderLimits): string | undefined {
  try {
    const fault: unknown = limits.refuses?.(message, envelope);
    return typeof fault === "string" ? fault : undefined;
  } catch {
    return undefined;
  }
}

/** Why a message as such is over a provider's limits, whatever its recipients. What cannot be read is within them. */
function messageFault(message: Message, from: string, limits: ProviderLimits): string | undefined {
  try {
    return checkMessage(message, from, limits);
  } catch {
    return undefined;
  }
}

function checkMessage(message: Message, from: string, limits: ProviderLimits): string | undefined {
  const maxBytes = bound(limits.maxBytes);
  // No encoding makes 4 bytes of fewer than one: most messages are surely within the bound.
  if (message.raw !== undefined || 4 * message.contentBytes > maxBytes) {
    const bytes = leastBytes(message, limits);
    if (bytes > maxBytes) return `message too large: at least ${bytes} bytes; at most ${maxBytes} are taken`;
  }
  if (limits.nullSender === false && from === "") return "mail from the null sender is not taken";
  if (limits.smtpUtf8 === false) {
    const header = needsSmtpUtf8(from) ? "envelope.from" : utf8Header(message, limits);
    if (header !== undefined) return `${header} needs SMTPUTF8, which is not offered`;
  }
  return wrongAttachment(message, limits);
}

/**
 * Why one attempt would be over a provider's limits, as a sentence; `undefined` if it is within them. For providers
 * that look once more before they connect, as they do where no chain stands around them.
 */
export function overLimits(
  message: Message,
  { from, to }: Envelope,
  limits: ProviderLimits,
): string | undefined {
  const whole = messageFault(message, from, limits);
  if (whole !== undefined) return whole;
  const maxRecipients = bound(limits.maxRecipients);
  if (to.length > maxRecipients) return `${to.length} recipients; at most ${maxRecipients} are taken at once`;
  if (limits.smtpUtf8 === false && to.some(needsSmtpUtf8)) {
    return "the recipient's address needs SMTPUTF8, which is not offered";
  }
  return refusal(message, { from, to }, limits);
}

/** The recipients of one attempt, or those that cannot have one. */
export interface Part {
  readonly to: readonly string[];
  /** Why the provider is not asked for them. */
  readonly over?: string | undefined;
}

/** The first part of `to` that one attempt may have; `undefined` if that is all of them. */
export function nextPart(message: Message, envelope: Envelope, limits: ProviderLimits): Part | undefined {
  const { from, to } = envelope;
  const whole = messageFault(message, from, limits);
  if (whole !== undefined) return { to, over: whole };
  const able =
    limits.smtpUtf8 === false && to.some(needsSmtpUtf8)
      ? to.filter((address) => !needsSmtpUtf8(address))
      : to;
  if (able.length === 0) return { to, over: "the recipient's address needs SMTPUTF8, which is not offered" };
  const taken = fittingRecipients(message, able, limits);
  if (limits.refuses === undefined) return taken === to ? undefined : { to: taken };
  const over = refusal(message, taken === to ? envelope : { from, to: taken }, limits);
  return over === undefined && taken === to ? undefined : { to: taken, over };
}

/** Those who come first, as many as fit into one attempt; the list itself if it fits. */
function fittingRecipients(
  message: Message,
  to: readonly string[],
  limits: ProviderLimits,
): readonly string[] {
  const maxRecipients = bound(limits.maxRecipients);
  if (limits.visibleRecipient !== true || to.length === 1) {
    return to.length <= maxRecipients ? to : to.slice(0, maxRecipients);
  }
  const shown = new Set([...message.to, ...message.cc].map(({ address }) => mailboxKey(address)));
  const visible = to.filter((address) => shown.has(mailboxKey(address)));
  if (visible.length === 0) return to.slice(0, 1);
  if (to.length <= maxRecipients) return to;
  if (visible.length > maxRecipients) return visible.slice(0, maxRecipients);
  // Those who see each other go together; hidden ones take the places that are left beside them.
  const hidden = to.filter((address) => !shown.has(mailboxKey(address)));
  return [...visible, ...hidden.slice(0, maxRecipients - visible.length)];
}
