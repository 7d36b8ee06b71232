import type { Address, Attachment, Message } from "@relais/core/spi";
import type { MailComposerOptions } from "nodemailer/lib/mail-composer";

type ComposerAttachment = NonNullable<MailComposerOptions["attachments"]>[number];
interface Mailbox {
  address: string;
  name: string;
}

// New objects throughout: nodemailer writes to what it is given, and a message is frozen.
const mailbox = ({ address, name = "" }: Address): Mailbox => ({ address, name });

function attachment({ content, filename, contentType, cid, disposition }: Attachment): ComposerAttachment {
  return {
    content: Buffer.from(content.buffer, content.byteOffset, content.byteLength),
    contentDisposition: disposition,
    ...(filename === undefined ? {} : { filename }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(cid === undefined ? {} : { cid }),
  };
}

/** Header lines. Anything but a string is refused: nodemailer takes `{ prepared: true }` as lines to copy. */
function headerLines(headers: Message["headers"]): { key: string; value: string }[] {
  return Object.entries(headers).map(([key, value]) => {
    if (typeof value !== "string") throw new TypeError(`headers.${key} must be a string`);
    return { key, value };
  });
}

/** A message in the words of nodemailer's MailComposer: all that belongs into the bytes, so neither Bcc nor envelope. */
export function composition(message: Message): MailComposerOptions {
  const { sender, inReplyTo, text, html } = message;
  return {
    disableFileAccess: true,
    disableUrlAccess: true,
    messageId: message.messageId,
    date: new Date(message.date),
    from: mailbox(message.from),
    to: message.to.map(mailbox),
    cc: message.cc.map(mailbox),
    replyTo: message.replyTo.map(mailbox),
    references: [...message.references],
    subject: message.subject,
    headers: headerLines(message.headers),
    attachments: message.attachments.map(attachment),
    ...(sender === undefined ? {} : { sender: mailbox(sender) }),
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
  };
}
