import { InvalidMessage, type Message, type MessageInput } from "@relais/core";

/** A message as `relais.enqueue` takes it. */
export interface StoredMessage {
  readonly content: MessageInput;
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

/**
 * A checked message in a form from which the same message can be made again.
 * @param keepsId whether its id came from the caller; else the row's id becomes it
 */
export function stored(message: Message, keepsId: boolean): StoredMessage {
  const { id, date, from, sender, to, cc, bcc, replyTo, inReplyTo, references, subject, text, html } =
    message;
  const { headers, tags, envelope } = message;
  const content: MessageInput = {
    ...(keepsId ? { id } : {}),
    date,
    from,
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
    headers,
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
      content: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
    })),
  };
}

/** Postgres holds no NUL in a text, and no half of a surrogate pair. */
function holdable(field: string, text: string): string {
  if (text.includes("\0")) throw new InvalidMessage(field, "must not contain NUL");
  return text.toWellFormed();
}
