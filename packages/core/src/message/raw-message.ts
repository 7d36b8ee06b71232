import { randomUUID } from "node:crypto";
import type { Address } from "./address.ts";
import { type AddressInput, addressList, oneAddress } from "./address-list.ts";
import { type ContentInput, type ContentSource, readContent } from "./content.ts";
import { readDsn, readEnvelope, suppressionFields } from "./envelope.ts";
import { decodeWords, InvalidMessage, isAbsent, pickOwn, quote } from "./fields.ts";
import { messageTags } from "./headers.ts";
import { identity } from "./identity.ts";
import { defaultLimits, type Envelope, type Limits, type Message } from "./message.ts";
import {
  type MailField,
  mailFields,
  mailStart,
  rawRecipients,
  shownMailboxes,
  shownText,
  withoutFields,
} from "./raw-header.ts";

/** A whole mail (RFC 5322): its text, its bytes, a stream of them, or with an encoding as in nodemailer. */
export type RawInput =
  | ContentInput
  | {
      readonly content?: ContentInput | undefined;
      readonly encoding?: string | undefined;
      /** A local file; refused unless the chain's `allowFiles` is set. */
      readonly path?: string | undefined;
    };

const besideNames = [
  "envelope",
  "from",
  "to",
  "cc",
  "bcc",
  "id",
  "tags",
  "dsn",
  "stream",
  "ignoreSuppression",
] as const;
const beside: ReadonlySet<string> = new Set(besideNames);
type Beside = Partial<Record<(typeof besideNames)[number], unknown>>;

/** Of `createMessage`'s options. */
interface RawOptions {
  readonly limits?: Partial<Limits>;
  readonly defaultFrom?: AddressInput | undefined;
  readonly now?: number;
  readonly correlation?: boolean | undefined;
}

/** What is given beside `raw`, each field read once; all else stands in the mail already. */
function fieldsBeside(input: object): Beside {
  const picked: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(input)) {
    if (key === "raw") continue;
    const value = (input as Record<string, unknown>)[key];
    if (isAbsent(value)) continue;
    if (!beside.has(key))
      throw new InvalidMessage(key, "cannot be given with raw, a whole mail that is sent as it is");
    picked[key] = value;
  }
  return picked;
}

function sourceOf(raw: unknown): ContentSource {
  const plain = typeof raw === "object" && raw !== null && !(Symbol.asyncIterator in raw);
  const holds = plain && ["content", "path", "href"].some((name) => Object.hasOwn(raw, name));
  return holds ? (raw as ContentSource) : { content: raw };
}

async function bytesOf(raw: unknown, limits: Limits): Promise<Buffer> {
  const { bytes } = await readContent("raw", sourceOf(raw), limits);
  if (bytes.byteLength > limits.maxBytes) {
    const fault = `has ${bytes.byteLength} bytes; at most ${limits.maxBytes} are allowed`;
    throw new InvalidMessage("raw", fault);
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Line ends that were translated twice, CR CR LF, would be an empty line behind each. */
function withoutDoubledCr(bytes: Buffer): Buffer {
  const first = bytes.indexOf("\n");
  if (first < 2 || bytes.toString("latin1", first - 2, first) !== "\r\r") return bytes;
  return Buffer.from(bytes.toString("latin1").replaceAll("\r\r\n", "\r\n"), "latin1");
}

/** The mail itself and its fields. @throws {InvalidMessage} one sentence about what it is instead */
function mailOf(input: Buffer): { readonly mail: Buffer; readonly fields: readonly MailField[] } {
  const lines = withoutDoubledCr(input);
  const mail = lines.subarray(mailStart(lines));
  if (mail.length === 0) throw new InvalidMessage("raw", "is empty");
  if ((mail[0] === 0xff && mail[1] === 0xfe) || (mail[0] === 0xfe && mail[1] === 0xff))
    throw new InvalidMessage("raw", "is text in UTF-16; save it as UTF-8");
  const fields = mailFields(mail);
  // JSON and HTML may have a colon in their first word, too.
  if (fields[0]?.from !== 0 || /^[{["<]/.test(fields[0].name)) {
    const [line = ""] = mail.toString("latin1", 0, 200).split(/[\r\n]/, 1);
    throw new InvalidMessage(
      "raw",
      `is not a mail: it must begin with a header field such as "From: ann@example.org", not with ${quote(line)}`,
    );
  }
  return { mail, fields };
}

/** Fields with a place of their own in a message, or of a mail's way and form. */
const notFurther =
  /^(?:from|to|cc|bcc|sender|reply-to|subject|date|message-id|in-reply-to|references|mime-version|received|return-path|delivered-to|envelope-to|dkim-signature|domainkey-signature|authentication-results|(?:content-|resent-|arc-|apparently-).*)$/;

function furtherHeaders(fields: readonly MailField[]): Message["headers"] {
  const found = new Map<string, { readonly name: string; readonly values: string[] }>();
  for (const { key, name, value } of fields) {
    if (notFurther.test(key) || key === "__proto__") continue;
    const text = shownText(value);
    if (text === "") continue;
    const entry = found.get(key) ?? { name, values: [] };
    entry.values.push(text);
    found.set(key, entry);
  }
  const headers: Record<string, string | readonly string[]> = Object.create(null);
  for (const { name, values } of found.values())
    headers[name] = values.length === 1 ? (values[0] as string) : Object.freeze(values);
  return Object.freeze(headers);
}

/** When it was written, if that can be read; else now. */
function dateOf(text: string, now: number): string {
  const date = new Date(text.replace(/\([^()]*\)/g, " ").trim());
  const year = date.getUTCFullYear();
  return year >= 0 && year <= 9999 ? date.toISOString() : new Date(now).toISOString();
}

const idsIn = (text: string): readonly string[] =>
  Object.freeze(shownText(text).match(/<[^<>]*>|[^\s<>]+/g) ?? []);

/** What the header says, for programs that show or sort messages. Nothing of it is needed to send the mail. */
function shown(fields: readonly MailField[], sender: string, now: number) {
  const first = (key: string): string => fields.find((one) => one.key === key)?.value ?? "";
  const writers = shownMailboxes(fields, "from");
  const [named] = shownMailboxes(fields, "sender");
  const from: Address = writers[0] ?? named ?? Object.freeze({ address: sender });
  const inReplyTo = shownText(first("in-reply-to"));
  return {
    messageId: shownText(first("message-id")),
    date: dateOf(first("date"), now),
    from,
    authors: writers.length === 0 ? Object.freeze([from]) : writers,
    ...(named === undefined ? {} : { sender: named }),
    to: shownMailboxes(fields, "to"),
    cc: shownMailboxes(fields, "cc"),
    bcc: shownMailboxes(fields, "bcc"),
    replyTo: shownMailboxes(fields, "reply-to"),
    ...(inReplyTo === "" ? {} : { inReplyTo }),
    references: idsIn(first("references")),
    subject: shownText(decodeWords(first("subject"))),
    headers: furtherHeaders(fields),
  };
}

const recipientFields = ["to", "cc", "bcc"] as const;
const envelopeFields: ReadonlySet<string> = new Set(["from", ...recipientFields]);
const hidden: ReadonlySet<string> = new Set(["bcc", "resent-bcc"]);
const nothing: readonly never[] = Object.freeze([]);

/** A mailbox that only its server can judge: `root`, `postmaster` (RFC 5321, 4.1.1.3). */
const localMailbox = /^[^\s"(),:;<>@[\\\]\p{C}\p{Z}]{1,64}$/u;

/** Addresses of an envelope that is given. */
function addressesOf(field: string, value: unknown): readonly Address[] {
  if (Array.isArray(value)) return value.flatMap((one, i) => addressesOf(`${field}[${i}]`, one));
  if (typeof value === "string" && localMailbox.test(value)) return [Object.freeze({ address: value })];
  return addressList(field, value);
}

/** Who sends it and who gets it: as given, else as the header says. */
function envelopeOf(
  input: Beside,
  fields: readonly MailField[],
  limits: Limits,
  defaultFrom: RawOptions["defaultFrom"],
): Envelope {
  const people = rawRecipients(fields);
  const envelope: Partial<Record<string, unknown>> = isAbsent(input.envelope)
    ? {}
    : pickOwn("envelope", input.envelope, envelopeFields, "an envelope");
  const sender = (): Address => {
    const { from } = envelope;
    if (from === undefined) {
      return isAbsent(input.from) ? people.sender(defaultFrom) : oneAddress("from", input.from, limits);
    }
    const [first, ...more] = addressesOf("envelope.from", from === "<>" ? "" : from);
    if (more.length > 0) throw new InvalidMessage("envelope.from", "must be one address");
    return first ?? { address: "" };
  };
  const list = (where: Partial<Record<string, unknown>>, prefix: string): readonly Address[] =>
    recipientFields.flatMap((name) => addressesOf(`${prefix}${name}`, where[name]));
  const isGiven = (where: Partial<Record<string, unknown>>): boolean =>
    recipientFields.some((name) => !isAbsent(where[name]));
  const recipients = isGiven(envelope)
    ? list(envelope, "envelope.")
    : isGiven(input)
      ? list(input, "")
      : people.recipients();
  return readEnvelope(undefined, sender(), recipients, limits);
}

/**
 * A message out of `raw`. The mail is kept as it came, but for Bcc and for what cannot stand before one; of its header
 * only the envelope is checked, where none is given.
 * @throws {InvalidMessage} one sentence
 */
export async function rawMessage(mailInput: unknown, other: object, options: RawOptions): Promise<Message> {
  const input = fieldsBeside(other);
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const { mail, fields } = mailOf(await bytesOf(mailInput, limits));
  const envelope = envelopeOf(input, fields, limits, options.defaultFrom);
  const header = shown(fields, envelope.from, options.now ?? Date.now());
  const raw = withoutFields(mail, fields, hidden);
  const dsn = readDsn(input.dsn);
  const known = /^[\x21-\x7e]{1,512}$/.test(header.messageId) ? header.messageId : randomUUID();
  return Object.freeze({
    id: isAbsent(input.id) ? known : identity(input.id, undefined, header.from.address).id,
    ...header,
    alternatives: nothing,
    attachments: nothing,
    tags: messageTags(input.tags),
    ...(dsn === undefined ? {} : { dsn }),
    ...(options.correlation === false ? { correlation: false } : {}),
    ...suppressionFields(input),
    envelope,
    contentBytes: raw.length,
    raw,
  });
}
