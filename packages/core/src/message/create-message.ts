import { sharedByCopies } from "../runtime/copies.ts";
import type { Address } from "./address.ts";
import { type AddressInput, addressList, oneAddress } from "./address-list.ts";
import {
  type AlternativeInput,
  type AttachmentInput,
  type CalendarInput,
  readAlternatives,
  readAttachments,
  readCalendarEvent,
} from "./attachments.ts";
import { type ContentInput, type ContentSource, readContent } from "./content.ts";
import {
  type DeliveryStatusInput,
  type EnvelopeInput,
  readDsn,
  readEnvelope,
  suppressionFields,
} from "./envelope.ts";
import {
  bodyText,
  type FieldWords,
  headerText,
  InvalidMessage,
  isAbsent,
  isUnfinished,
  pickOwn,
  quote,
} from "./fields.ts";
import {
  customHeaders,
  type HeadersInput,
  type ListInput,
  listHeaders,
  messageTags,
  priorityHeaders,
} from "./headers.ts";
import { identity, idsOfOthers, readDate } from "./identity.ts";
import { defaultLimits, type Limits, type Message } from "./message.ts";
import { type RawInput, rawMessage } from "./raw-message.ts";
import { readUnsubscribe, type UnsubscribeInput } from "./unsubscribe.ts";

type Text = string | number | null | undefined;
/** A body: text, or where its bytes come from. */
type BodyInput =
  | Text
  | Exclude<ContentInput, string>
  | { readonly content?: ContentInput; readonly encoding?: string; readonly path?: string };

/**
 * A message as an application writes it. Fields are named as in nodemailer; unknown ones are refused. `null`, `undefined`,
 * `""` and `[]` are absent everywhere.
 */
export interface MessageInput {
  readonly from?: AddressInput | null | undefined;
  readonly sender?: AddressInput | null | undefined;
  readonly to?: AddressInput | null | undefined;
  readonly cc?: AddressInput | null | undefined;
  readonly bcc?: AddressInput | null | undefined;
  readonly replyTo?: AddressInput | null | undefined;
  /** The Message-ID of the message that this one answers, as it came. */
  readonly inReplyTo?: string | readonly string[] | null | undefined;
  readonly references?: string | readonly string[] | null | undefined;
  readonly subject?: Text;
  readonly text?: BodyInput;
  readonly html?: BodyInput;
  /** AMP for e-mail. */
  readonly amp?: BodyInput;
  readonly watchHtml?: BodyInput;
  readonly icalEvent?: CalendarInput | null | undefined;
  readonly alternatives?: readonly AlternativeInput[] | null | undefined;
  /** A `Blob` or `File` is attached as it is, with its name and type. */
  readonly attachments?:
    | AttachmentInput
    | Blob
    | readonly (AttachmentInput | Blob | null | undefined)[]
    | null
    | undefined;
  readonly headers?: HeadersInput | null | undefined;
  readonly list?: ListInput | null | undefined;
  /** `high`, `normal` or `low`. */
  readonly priority?: string | null | undefined;
  /** The X-Mailer header; `false`: none. */
  readonly xMailer?: string | false | null | undefined;
  readonly dsn?: DeliveryStatusInput | false | null | undefined;
  /** A link by which the recipient unsubscribes with one click (RFC 8058), signed by the chain; of a message to one. */
  readonly unsubscribe?: UnsubscribeInput | false | null | undefined;
  /** The idempotency key: any text of one line, or a whole Message-ID. @defaultValue a new UUID */
  readonly id?: Text;
  /** The Message-ID header, where it is not to be made of `id`. */
  readonly messageId?: string | null | undefined;
  readonly tags?: Readonly<Record<string, string | number | boolean | null | undefined>> | null | undefined;
  /** A date, its text, or ms since 1970. @defaultValue now */
  readonly date?: Date | string | number | null | undefined;
  /** What kind of mail it is, `marketing`: who unsubscribes from a stream gets no more of it. 1 to 100 characters. */
  readonly stream?: string | null | undefined;
  /**
   * `bounced`, `unsubscribed` or `manual`: goes to addresses that are on a suppression list for these reasons, too (a
   * password reset). Complaints are heeded in any case.
   */
  readonly ignoreSuppression?: string | readonly string[] | null | undefined;
  /** What the server is told. @defaultValue `sender` (or `from`) and all of to, cc and bcc */
  readonly envelope?: EnvelopeInput | null | undefined;
  /**
   * A whole mail (RFC 5322), sent as it is but for Bcc. Beside it there may be `envelope`, or `from`, `to`, `cc` and `bcc`
   * (whom it goes to instead of its own fields), and `id`, `tags`, `dsn`, `stream` and `ignoreSuppression`.
   */
  readonly raw?: RawInput | null | undefined;
}

/** What `createMessage` may be told besides the message. */
export interface MessageOptions {
  readonly limits?: Partial<Limits>;
  /** Used where the message has no `from`. */
  readonly defaultFrom?: AddressInput | undefined;
  /** Ms since 1970. */
  readonly now?: number;
  readonly prepare?: Prepare | undefined;
  /**
   * Whether providers add the message's id, as header X-Relais-Id and as tag `relais_id`, so that a bounce says which
   * message it is about. @defaultValue true
   */
  readonly correlation?: boolean | undefined;
}

/** Completes a message before it is checked: a text made of its HTML, CSS put into it. A message that is wrong throws. */
export type Prepare = (message: MessageInput) => MessageInput | Promise<MessageInput>;

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
  "amp",
  "watchHtml",
  "icalEvent",
  "alternatives",
  "attachments",
  "headers",
  "list",
  "priority",
  "xMailer",
  "dsn",
  "unsubscribe",
  "id",
  "messageId",
  "tags",
  "date",
  "stream",
  "ignoreSuppression",
  "envelope",
  "raw",
  // How nodemailer writes the same mail, or what it may read: nothing that a reader sees.
  "encoding",
  "textEncoding",
  "newline",
  "disableFileAccess",
  "disableUrlAccess",
]);

/** What other libraries call these fields. */
const words: FieldWords = {
  react: "render it, and give the result as html",
  template: "render it, and give the result as html and text",
  templateid: "render the template, and give the result as html and text",
  body: "give it as text or html",
  content: "give it as text or html",
  message: "give it as text or html",
  htmlbody: "html",
  bodyhtml: "html",
  htmlcontent: "html",
  textbody: "text",
  bodytext: "text",
  plaintext: "text",
  plain: "text",
  textcontent: "text",
  title: "subject",
  recipient: "to",
  recipients: "to",
  email: "to",
  toaddresses: "to",
  fromemail: "from",
  fromaddress: "from",
  fromname: 'write from as "Name <address>"',
  replytoaddresses: "replyTo",
  file: "attachments",
  files: "attachments",
  key: "id",
  idempotencykey: "id",
  sendat: "sendAt is an option of enqueue, beside the message",
  scheduledat: "sendAt is an option of enqueue, beside the message",
};

const made = sharedByCopies("messages", () => new WeakSet<object>());

/** Whether `value` came out of `createMessage`. */
export function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && made.has(value);
}

/** A message made of another one. */
export function registered(message: Message): Message {
  made.add(Object.freeze(message));
  return message;
}

function dateField(value: unknown, now: number): string {
  if (isAbsent(value)) return new Date(now).toISOString();
  // A date may be of a class of the caller's own: only its time is taken.
  const time: unknown = value instanceof Date ? Date.prototype.getTime.call(value) : value;
  const date =
    typeof time === "string" ? readDate(time) : new Date(typeof time === "number" ? time : Number.NaN);
  if (Number.isNaN(date.getTime())) throw new InvalidMessage("date", `${quote(value)} is not a date`);
  const year = date.getUTCFullYear();
  if (year < 1970 || year > 9999) throw new InvalidMessage("date", `the year ${year} is out of range`);
  return date.toISOString();
}

const sourceFields = ["content", "encoding", "path", "href", "contentType"];

/** A body; a promise only where its bytes have to be read. */
function body(
  field: "text" | "html",
  value: unknown,
  limits: Limits,
): string | undefined | Promise<string | undefined> {
  if (isAbsent(value)) return undefined;
  if (typeof value !== "object" || isUnfinished(value)) return bodyText(field, value, limits.maxBytes);
  return readBody(field, value as object, limits);
}

async function readBody(field: string, value: object, limits: Limits): Promise<string | undefined> {
  const isSource = sourceFields.some((name) => Object.hasOwn(value, name));
  const source = isSource
    ? pickOwn<ContentSource>(field, value, new Set(sourceFields), "a body")
    : { content: value };
  const { bytes } = await readContent(field, source, limits);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  return text === "" ? undefined : bodyText(field, text, limits.maxBytes);
}

/**
 * Checks an input, reads its streams, and gives the frozen message that every provider gets. What would add a header or a
 * recipient, leaves in doubt who gets the mail, or cannot be sent is refused; all else is put into the form that carries it.
 * @throws {InvalidMessage} one sentence that names the field and what is wrong with its value
 */
export async function createMessage(given: MessageInput, options: MessageOptions = {}): Promise<Message> {
  if (isMessage(given)) return given;
  try {
    const input = options.prepare === undefined ? given : await prepared(given, options.prepare);
    const raw: unknown = Object.hasOwn(Object(input), "raw") ? input.raw : undefined;
    if (isAbsent(raw)) return await read(input, options);
    const whole = await rawMessage(raw, input, options);
    made.add(whole);
    return whole;
  } catch (error) {
    // A getter or a proxy threw; its words may hold anything.
    throw error instanceof InvalidMessage ? error : new InvalidMessage("message", "could not be read");
  }
}

async function prepared(input: MessageInput, prepare: Prepare): Promise<MessageInput> {
  try {
    return await prepare(input);
  } catch (error) {
    // Its words may hold anything.
    throw error instanceof InvalidMessage ? error : new InvalidMessage("prepare", "failed");
  }
}

/** The Sender, which several authors must have (RFC 5322, 3.6.2): the first of them if none is given. */
function senderOf(value: unknown, authors: readonly Address[], limits: Limits): Address | undefined {
  if (!isAbsent(value)) return oneAddress("sender", value, limits);
  return authors.length > 1 ? authors[0] : undefined;
}

const none: readonly never[] = Object.freeze([]);
const noAlternatives: Message["alternatives"] = none;
const noAttachments: Message["attachments"] = none;

/** The headers that other fields stand for. */
function furtherHeaders(input: Partial<MessageInput>): readonly (readonly [string, string])[] {
  const { list, priority, xMailer } = input;
  if (isAbsent(list) && isAbsent(priority) && isAbsent(xMailer)) return none;
  return [
    ...listHeaders(list),
    ...priorityHeaders(priority),
    ...(isAbsent(xMailer) || xMailer === false
      ? []
      : [["X-Mailer", headerText("xMailer", xMailer)] as const]),
  ];
}

async function read(rawInput: MessageInput, options: MessageOptions): Promise<Message> {
  const input = pickOwn<MessageInput>("", rawInput, fields, "a message", words);
  const limits: Limits =
    options.limits === undefined ? defaultLimits : { ...defaultLimits, ...options.limits };
  const authors = addressList("from", isAbsent(input.from) ? options.defaultFrom : input.from, limits);
  const [from] = authors;
  if (from === undefined) throw new InvalidMessage("from", "is missing");
  const sender = senderOf(input.sender, authors, limits);
  const to = addressList("to", input.to, limits);
  const cc = addressList("cc", input.cc, limits);
  const bcc = addressList("bcc", input.bcc, limits);
  const envelope = readEnvelope(input.envelope, sender ?? from, [...to, ...cc, ...bcc], limits);
  const subject = isAbsent(input.subject) ? "" : headerText("subject", input.subject);
  const headers = customHeaders(input.headers, furtherHeaders(input));
  const names = identity(input.id, input.messageId, from.address.slice(from.address.lastIndexOf("@") + 1));
  // Most messages have nothing to wait for: a turn of the loop for each of these would be a third of all the work.
  const givenText = body("text", input.text, limits);
  const text = typeof givenText === "object" ? await givenText : givenText;
  const givenHtml = body("html", input.html, limits);
  const html = typeof givenHtml === "object" ? await givenHtml : givenHtml;
  const hasOthers = !(isAbsent(input.alternatives) && isAbsent(input.amp) && isAbsent(input.watchHtml));
  const alternatives = hasOthers ? await readAlternatives(input, limits) : noAlternatives;
  const icalEvent = isAbsent(input.icalEvent) ? undefined : await readCalendarEvent(input.icalEvent, limits);
  const attachments = isAbsent(input.attachments)
    ? noAttachments
    : await readAttachments(input.attachments, limits);
  const hasBody = text !== undefined || html !== undefined || icalEvent !== undefined;
  if (!hasBody && subject === "" && alternatives.length === 0 && attachments.length === 0)
    throw new InvalidMessage("message", "is empty: give it a subject, text, html or attachments");
  const contentBytes =
    (text === undefined ? 0 : Buffer.byteLength(text)) +
    (html === undefined ? 0 : Buffer.byteLength(html)) +
    (icalEvent?.content.byteLength ?? 0) +
    [...alternatives, ...attachments].reduce((sum, { content }) => sum + content.byteLength, 0);
  if (contentBytes > limits.maxBytes) {
    throw new InvalidMessage("message", `has ${contentBytes} bytes; at most ${limits.maxBytes} are allowed`);
  }
  const inReplyTo = idsOfOthers("inReplyTo", input.inReplyTo).join(" ");
  const dsn = readDsn(input.dsn);
  const suppression = suppressionFields(input);
  const unsubscribe = readUnsubscribe(input.unsubscribe, envelope, headers, suppression.stream);
  const message: Message = Object.freeze({
    id: names.id,
    messageId: names.messageId,
    date: dateField(input.date, options.now ?? Date.now()),
    from,
    authors,
    ...(sender === undefined ? {} : { sender }),
    to,
    cc,
    bcc,
    replyTo: addressList("replyTo", input.replyTo, limits),
    ...(inReplyTo === "" ? {} : { inReplyTo }),
    references: idsOfOthers("references", input.references),
    subject,
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    alternatives,
    ...(icalEvent === undefined ? {} : { icalEvent }),
    attachments,
    headers,
    tags: messageTags(input.tags),
    ...(dsn === undefined ? {} : { dsn }),
    ...(unsubscribe === undefined ? {} : { unsubscribe }),
    ...(options.correlation === false ? { correlation: false } : {}),
    ...(unsubscribe?.stream === undefined ? {} : { stream: unsubscribe.stream }),
    ...suppression,
    envelope,
    contentBytes,
  });
  made.add(message);
  return message;
}
