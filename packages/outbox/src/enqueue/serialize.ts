import { type AttachmentInput, InvalidMessage, type Message, type MessageInput } from "@relais/core";
import type { EnqueueRow, StoredContent } from "../store/enqueue.ts";

type Serialized = Pick<EnqueueRow, "content" | "recipients" | "attachments">;

/**
 * A checked message in a form from which the same message can be made again.
 * @param hasId whether its id came from the caller; else the row's id becomes it
 * @throws {InvalidMessage} a text in it has a NUL, which PostgreSQL cannot store
 */
export function serialize(message: Message, hasId: boolean): Serialized {
  if (message.raw !== undefined) return serializeWholeMail(message, message.raw, hasId);
  const { id, messageId, date, from, authors, sender, to, cc, bcc, replyTo, inReplyTo, references } = message;
  const {
    subject,
    text,
    html,
    alternatives,
    icalEvent,
    headers,
    dsn,
    unsubscribe,
    tags,
    stream,
    ignoreSuppression,
    envelope,
  } = message;
  const content: MessageInput = {
    ...(hasId ? { id, messageId } : {}),
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
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    ...(alternatives.length === 0
      ? {}
      : {
          alternatives: alternatives.map(({ contentType, content: bytes }) => ({
            contentType,
            ...bytesInJson(bytes),
          })),
        }),
    ...(icalEvent === undefined ? {} : { icalEvent: { ...icalEvent, ...bytesInJson(icalEvent.content) } }),
    headers,
    ...(dsn === undefined ? {} : { dsn }),
    ...(unsubscribe === undefined ? {} : { unsubscribe }),
    tags,
    ...(stream === undefined ? {} : { stream }),
    ...(ignoreSuppression === undefined ? {} : { ignoreSuppression }),
    envelope,
  };
  return {
    content: storableJson(content),
    recipients: envelope.to,
    attachments: message.attachments.map(
      ({ filename, contentType, cid, disposition, content: bytes }, i) => ({
        ...storableJson({ filename, contentType, cid }, `attachments[${i}]`),
        disposition,
        content: base64(bytes),
      }),
    ),
  };
}

/** Its subject is for lists of messages; it is not read back. */
function serializeWholeMail(
  { id, subject, tags, dsn, stream, ignoreSuppression, envelope }: Message,
  raw: Uint8Array,
  hasId: boolean,
): Serialized {
  const content: StoredContent = {
    ...(hasId ? { id } : {}),
    wholeMail: true,
    subject,
    tags,
    ...(dsn === undefined ? {} : { dsn }),
    ...(stream === undefined ? {} : { stream }),
    ...(ignoreSuppression === undefined ? {} : { ignoreSuppression }),
    envelope,
  };
  return {
    content: storableJson(content),
    recipients: envelope.to,
    attachments: [{ contentType: "message/rfc822", disposition: "attachment", content: base64(raw) }],
  };
}

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");

/** Bytes within `content`, which is JSON. */
const bytesInJson = (bytes: Uint8Array): { content: string; encoding: "base64" } => ({
  content: base64(bytes),
  encoding: "base64",
});

/** A value as jsonb can hold it: halves of surrogate pairs become U+FFFD. @throws {InvalidMessage} a text has a NUL */
function storableJson<T>(value: T, field = ""): T {
  if (typeof value === "string") return storableText(value, field) as T;
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((one, i) => storableJson(one, `${field}[${i}]`)) as T;
  const entries = Object.entries(value).map(([key, one]): [string, unknown] => {
    const name = storableText(key, field);
    return [name, storableJson(one, field === "" ? name : `${field}.${name}`)];
  });
  return Object.fromEntries(entries) as T;
}

function storableText(value: string, field: string): string {
  if (value.includes("\0")) throw new InvalidMessage(field.toWellFormed(), "must not contain NUL");
  return value.toWellFormed();
}

/** What a row makes of a message besides its content. */
export interface RowIdentity {
  readonly id: string;
  readonly created_at: Date;
}

/**
 * The message that was serialized, or that somebody wrote into a row. Its Message-ID and date are the same each time; a
 * whole mail has them within.
 */
export function deserialize(
  { wholeMail, ...content }: StoredContent,
  attachments: readonly AttachmentInput[],
  { id, created_at }: RowIdentity,
): MessageInput {
  // By this tag it is found in a provider's records, and in SES events.
  const identity = { id: content.id ?? id, tags: { relais_id: id, ...content.tags } };
  if (wholeMail === true) {
    const { subject: _, ...rest } = content;
    return { ...rest, ...identity, raw: { content: attachments[0]?.content ?? "" } };
  }
  if (content.raw) return { ...content, ...identity };
  const all = [...[content.attachments ?? []].flat(), ...attachments];
  return {
    ...content,
    ...identity,
    headers: withId(content.headers, id),
    date: content.date ?? created_at.toISOString(),
    ...(all.length === 0 ? {} : { attachments: all }),
  };
}

/** Headers in whichever form, with `X-Relais-Id` unless they have it. */
function withId(headers: MessageInput["headers"], id: string): NonNullable<MessageInput["headers"]> {
  if (Array.isArray(headers)) return [{ key: "X-Relais-Id", value: id }, ...headers];
  return { "X-Relais-Id": id, ...headers };
}
