import type { Alternative, Attachment, Message } from "@relais/core/spi";
import type { MailComposerOptions } from "nodemailer/lib/mail-composer";
import { detectExtension, foldLines } from "nodemailer/lib/mime-funcs";
import { headerValue, mailboxes, unstructured } from "./header-values.ts";

type ComposerAttachment = NonNullable<MailComposerOptions["attachments"]>[number];

// New objects throughout: nodemailer writes to what it is given, and a message is frozen.
const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A name that every system can write: nodemailer's own ends in `.*` where it knows no ending. */
function attachmentName({ contentType }: Attachment, number: number): string {
  const ending = contentType === undefined ? "bin" : detectExtension(contentType.split(";", 1)[0]?.trim());
  return `attachment-${number}.${/^[a-z0-9]{1,10}$/.test(ending) ? ending : "bin"}`;
}

function attachment(one: Attachment, index: number): ComposerAttachment {
  const { content, filename, contentType, cid, disposition } = one;
  const isMessage = contentType !== undefined && /^message\//i.test(contentType);
  const name = filename ?? (isMessage ? undefined : attachmentName(one, index + 1));
  return {
    content: bufferOf(content),
    contentDisposition: disposition,
    ...(name === undefined ? {} : { filename: name }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(cid === undefined ? {} : { cid }),
  };
}

const alternative = ({ contentType, content }: Alternative) => ({ contentType, content: bufferOf(content) });

/**
 * The header fields that say who and what, encoded and folded, one after the other. nodemailer writes the others (Date,
 * Message-ID, MIME-Version, Content-Type): it would encode some of these where RFC 2047 forbids it, and leave text that
 * looks encoded as it is.
 */
export function headerFields(message: Message): string {
  const lines: string[] = [];
  const add = (name: string, value: string): void => {
    if (value.trim() !== "") lines.push(foldLines(`${name}: ${value}`, 76));
  };
  for (const [name, value] of Object.entries(message.headers)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one !== "string") throw new TypeError(`headers.${name} must be a string`);
      add(name, headerValue(name, one));
    }
  }
  add("From", mailboxes(message.authors));
  if (message.sender !== undefined) add("Sender", mailboxes([message.sender]));
  add("To", mailboxes(message.to));
  add("Cc", mailboxes(message.cc));
  add("Reply-To", mailboxes(message.replyTo));
  add("In-Reply-To", message.inReplyTo ?? "");
  add("References", message.references.join(" "));
  add("Subject", unstructured(message.subject));
  return lines.join("\r\n");
}

const amp = /^text\/x-amp-html\b/i;
const watch = /^text\/watch-html\b/i;

/** The bodies of a message in the words of nodemailer's MailComposer. */
export function composition(message: Message): MailComposerOptions {
  const { text, html, alternatives, icalEvent } = message;
  const ampPart = alternatives.find(({ contentType }) => amp.test(contentType));
  const watchPart = alternatives.find(({ contentType }) => watch.test(contentType));
  const others = alternatives.filter((one) => one !== ampPart && one !== watchPart);
  return {
    disableFileAccess: true,
    disableUrlAccess: true,
    date: new Date(message.date),
    messageId: message.messageId,
    attachments: message.attachments.map(attachment),
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    ...(ampPart === undefined ? {} : { amp: { content: bufferOf(ampPart.content) } }),
    ...(watchPart === undefined ? {} : { watchHtml: { content: bufferOf(watchPart.content) } }),
    ...(others.length === 0 ? {} : { alternatives: others.map(alternative) }),
    ...(icalEvent === undefined ? {} : { icalEvent: { ...icalEvent, content: bufferOf(icalEvent.content) } }),
  } as MailComposerOptions;
}
