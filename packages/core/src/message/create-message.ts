import { type AddressInput, addressList, oneAddress } from "./address-list.ts";
import { type AttachmentInput, readAttachments } from "./attachments.ts";
import { envelopeField } from "./envelope-field.ts";
import { customHeaders, type HeadersInput, messageTags } from "./headers.ts";
import { InvalidMessage } from "./invalid-message.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import type { Message } from "./message.ts";
import { identity, messageIdField } from "./message-id.ts";
import { ownFields } from "./own-fields.ts";
import { quote } from "./quote.ts";
import { bodyText, headerText } from "./text-field.ts";

/** A message as an application writes it. Fields are named as in nodemailer; unknown ones are refused. */
export interface MessageInput {
  readonly from?: AddressInput | undefined;
  readonly sender?: AddressInput | undefined;
  readonly to?: AddressInput | undefined;
  readonly cc?: AddressInput | undefined;
  readonly bcc?: AddressInput | undefined;
  readonly replyTo?: AddressInput | undefined;
  readonly inReplyTo?: string | undefined;
  readonly references?: string | readonly string[] | undefined;
  readonly subject?: string | undefined;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  readonly attachments?: readonly AttachmentInput[] | undefined;
  readonly headers?: HeadersInput | undefined;
  /** The idempotency key: letters, digits, `.`, `_`, `-`, or a whole Message-ID. @defaultValue a new UUID */
  readonly id?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** @defaultValue now */
  readonly date?: Date | string | undefined;
  /** Whom to tell the far end. @defaultValue `from` (or `sender`) and everybody in to, cc and bcc */
  readonly envelope?:
    | { readonly from?: string | undefined; readonly to?: string | readonly string[] | undefined }
    | undefined;
}

/** What `createMessage` may be told besides the message. */
export interface MessageOptions {
  readonly limits?: Partial<Limits>;
  /** Used where the message has no `from`. */
  readonly defaultFrom?: AddressInput | undefined;
  /** Ms since 1970. */
  readonly now?: number;
}

const fields = new Set([
  "from",
  "sender",
  "to",
  "cc",
  "bcc",
  "replyTo",
  "inReplyTo",
  "references",
  "subject",
  "text",
  "html",
  "attachments",
  "headers",
  "id",
  "tags",
  "date",
  "envelope",
]);

const made = new WeakSet<object>();

/** Whether `value` came out of `createMessage`. */
export function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && made.has(value);
}

function dateField(value: unknown, now: number): string {
  if (value === undefined) return new Date(now).toISOString();
  // A date may be of a class of the caller's own: only its time is taken.
  const time: unknown = value instanceof Date ? Date.prototype.getTime.call(value) : value;
  const date = new Date(typeof time === "string" || value instanceof Date ? (time as string) : Number.NaN);
  if (Number.isNaN(date.getTime())) throw new InvalidMessage("date", `${quote(value)} is not a date`);
  const year = date.getUTCFullYear();
  if (year < 1970 || year > 9999) throw new InvalidMessage("date", `the year ${year} is out of range`);
  return date.toISOString();
}

function references(value: unknown): readonly string[] {
  if (value === undefined) return Object.freeze([]);
  const list = typeof value === "string" ? value.split(/\s+/).filter((part) => part !== "") : value;
  if (!Array.isArray(list)) throw new InvalidMessage("references", `must be a list, not ${quote(value)}`);
  if (list.length > 200)
    throw new InvalidMessage("references", `has ${list.length} entries; at most 200 are allowed`);
  return Object.freeze(list.map((item, i) => messageIdField(`references[${i}]`, item)));
}

/**
 * Checks an input strictly, reads its streams, and gives the frozen message that every provider gets.
 * @throws {InvalidMessage} one sentence that names the field and what is wrong with its value
 */
export async function createMessage(input: MessageInput, options: MessageOptions = {}): Promise<Message> {
  if (isMessage(input)) return input;
  try {
    return await read(input, options);
  } catch (error) {
    // A getter or a proxy threw; its words may hold anything.
    throw error instanceof InvalidMessage ? error : new InvalidMessage("message", "could not be read");
  }
}

async function read(given: MessageInput, options: MessageOptions): Promise<Message> {
  const input = ownFields<MessageInput>("", given, fields, "a message");
  const limits: Limits =
    options.limits === undefined ? defaultLimits : { ...defaultLimits, ...options.limits };
  const from = oneAddress("from", input.from ?? options.defaultFrom);
  const sender = input.sender === undefined ? undefined : oneAddress("sender", input.sender);
  const to = addressList("to", input.to);
  const cc = addressList("cc", input.cc);
  const bcc = addressList("bcc", input.bcc);
  const envelope = envelopeField(input.envelope, sender ?? from, [...to, ...cc, ...bcc], limits);
  const subject = input.subject === undefined ? "" : headerText("subject", input.subject, 998);
  const text = input.text === undefined ? undefined : bodyText("text", input.text, limits.maxBytes);
  const html = input.html === undefined ? undefined : bodyText("html", input.html, limits.maxBytes);
  const names = identity(input.id, from.address.slice(from.address.lastIndexOf("@") + 1));
  const attachments =
    input.attachments === undefined ? noAttachments : await readAttachments(input.attachments, limits);
  let contentBytes =
    (text === undefined ? 0 : Buffer.byteLength(text)) + (html === undefined ? 0 : Buffer.byteLength(html));
  for (const attachment of attachments) contentBytes += attachment.content.byteLength;
  if (contentBytes > limits.maxBytes) {
    throw new InvalidMessage("message", `has ${contentBytes} bytes; at most ${limits.maxBytes} are allowed`);
  }
  const message: Message = Object.freeze({
    id: names.id,
    messageId: names.messageId,
    date: dateField(input.date, options.now ?? Date.now()),
    from,
    authors: Object.freeze([from]),
    ...(sender === undefined ? {} : { sender }),
    to,
    cc,
    bcc,
    replyTo: addressList("replyTo", input.replyTo),
    ...(input.inReplyTo === undefined ? {} : { inReplyTo: messageIdField("inReplyTo", input.inReplyTo) }),
    references: references(input.references),
    subject,
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    alternatives: noAlternatives,
    attachments,
    headers: customHeaders(input.headers),
    tags: messageTags(input.tags),
    envelope,
    contentBytes,
  });
  made.add(message);
  return message;
}

const noAttachments: Message["attachments"] = Object.freeze([]);
const noAlternatives: Message["alternatives"] = Object.freeze([]);
