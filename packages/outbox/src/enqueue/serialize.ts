import { type AttachmentInput, InvalidMessage, type Message, type MessageInput } from "@relais/core";

/** What of a message stands in the column `content`: fields of a message, or those of a whole mail. */
export type StoredContent = MessageInput & {
  /** The message is a whole mail, and its bytes are the first attachment: they are read when it is its turn. */
  readonly wholeMail?: true;
};

/** A message as `relais.enqueue` takes it. */
export interface StoredMessage {
  readonly content: StoredContent;
  readonly recipients: readonly string[];
  readonly attachments: readonly {
    readonly filename?: string | undefined;
    readonly contentType?: string | undefined;
    readonly cid?: string | undefined;
    readonly disposition: "attachment" | "inline";
    /** base64 */
    readonly content: string;
  }[];
}

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");

/** Bytes within `content`, which is JSON. */
const inJson = (bytes: Uint8Array): { content: string; encoding: "base64" } => ({
  content: base64(bytes),
  encoding: "base64",
});

/** A whole mail. Its subject is for lists of messages; it is not read back. */
function storedMail(
  { id, subject, tags, dsn, envelope }: Message,
  raw: Uint8Array,
  keepsId: boolean,
): StoredMessage {
  return {
    content: {
      ...(keepsId ? { id } : {}),
      wholeMail: true,
      subject: subject.toWellFormed(),
      tags,
      ...(dsn === undefined ? {} : { dsn }),
      envelope,
    },
    recipients: envelope.to,
    attachments: [{ contentType: "message/rfc822", disposition: "attachment", content: base64(raw) }],
  };
}

/**
 * A checked message in a form from which the same message can be made again.
 * @param keepsId whether its id came from the caller; else the row's id becomes it
 */
export function stored(message: Message, keepsId: boolean): StoredMessage {
  if (message.raw !== undefined) return storedMail(message, message.raw, keepsId);
  const { id, messageId, date, from, authors, sender, to, cc, bcc, replyTo, inReplyTo, references } = message;
  const { subject, text, html, alternatives, icalEvent, headers, dsn, tags, envelope } = message;
  const content: MessageInput = {
    ...(keepsId ? { id, messageId } : {}),
    date,
    from: authors.length > 1 ? authors : from,
    ...(sender && { sender }),
    to,
    ...(cc.length > 0 ? { cc } : {}),
    ...(bcc.length > 0 ? { bcc } : {}),
    ...(replyTo.length > 0 ? { replyTo } : {}),
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(references.length > 0 ? { references } : {}),
    subject,
    ...(text === undefined ? {} : { text: holdable("text", text) }),
    ...(html === undefined ? {} : { html: holdable("html", html) }),
    ...(alternatives.length === 0
      ? {}
      : {
          alternatives: alternatives.map(({ contentType, content: bytes }) => ({
            contentType,
            ...inJson(bytes),
          })),
        }),
    ...(icalEvent === undefined ? {} : { icalEvent: { ...icalEvent, ...inJson(icalEvent.content) } }),
    headers,
    ...(dsn === undefined ? {} : { dsn }),
    tags,
    envelope,
  };
  return {
    content,
    recipients: envelope.to,
    attachments: message.attachments.map(({ filename, contentType, cid, disposition, content: bytes }) => ({
      filename,
      contentType,
      cid,
      disposition,
      content: base64(bytes),
    })),
  };
}

/** Headers in whichever form, and one that is there unless they have it. */
function withId(headers: MessageInput["headers"], id: string): NonNullable<MessageInput["headers"]> {
  if (Array.isArray(headers)) return [{ key: "X-Relais-Id", value: id }, ...headers];
  return { "X-Relais-Id": id, ...headers };
}

/** What a row makes of a message besides its content. */
export interface RowIdentity {
  readonly id: string;
  readonly created_at: Date;
}

/**
 * The message that was stored, or that somebody wrote into a row. Its Message-ID and date are the same each time; a whole
 * mail has them within.
 */
export function unstored(
  { wholeMail, ...content }: StoredContent,
  files: readonly AttachmentInput[],
  { id, created_at }: RowIdentity,
): MessageInput {
  // With which a far end's records, and SES events, are found again.
  const own = { id: content.id ?? id, tags: { relais_id: id, ...content.tags } };
  if (wholeMail === true) {
    const { subject: _, ...rest } = content;
    return { ...rest, ...own, raw: { content: files[0]?.content ?? "" } };
  }
  if (content.raw) return { ...content, ...own };
  const attachments = [...[content.attachments ?? []].flat(), ...files];
  return {
    ...content,
    ...own,
    headers: withId(content.headers, id),
    date: content.date ?? created_at.toISOString(),
    ...(attachments.length === 0 ? {} : { attachments }),
  };
}

/** Postgres holds no NUL in a text, and no half of a surrogate pair. */
function holdable(field: string, text: string): string {
  if (text.includes("\0")) throw new InvalidMessage(field, "must not contain NUL");
  return text.toWellFormed();
}

/**
 * A value as a database can hold it: without halves of surrogate pairs, which become U+FFFD.
 * @throws {InvalidMessage} a text in it has a NUL, which no database holds
 */
export function holdableValue<T>(value: T, field = ""): T {
  if (typeof value === "string") return text(value, field) as T;
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((one, i) => holdableValue(one, `${field}[${i}]`)) as T;
  const entries = Object.entries(value).map(([key, one]): [string, unknown] => {
    const name = text(key, field);
    return [name, holdableValue(one, field === "" ? name : `${field}.${name}`)];
  });
  return Object.fromEntries(entries) as T;
}

function text(value: string, field: string): string {
  if (value.includes("\0")) throw new InvalidMessage(field.toWellFormed(), "must not contain NUL");
  return value.toWellFormed();
}
