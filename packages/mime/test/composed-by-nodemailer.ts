import type { Alternative, Attachment, Message } from "@relais/core/spi";
import MailComposer, { type MailComposerOptions } from "nodemailer/lib/mail-composer";
import { detectExtension } from "nodemailer/lib/mime-funcs";
import { headerFields } from "../src/header-fields.ts";

// nodemailer's composer builds the same message: what it writes is what ours is compared with.
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

const amp = /^text\/x-amp-html\b/i;
const watch = /^text\/watch-html\b/i;

/** The bodies of a message in the words of nodemailer's MailComposer. */
function composition(message: Message): MailComposerOptions {
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

/** The mail as nodemailer's streams write it, with our header fields above its own of MIME. */
export async function composedByNodemailer(message: Message): Promise<Buffer> {
  const root = new MailComposer(composition(message)).compile();
  const structure = root.buildHeaders.bind(root);
  const known = /^(?:message-id|date|mime-version):.*\r\n(?:[ \t].*\r\n)*/gim;
  root.buildHeaders = () => `${headerFields(message)}\r\n${structure().replace(known, "")}`;
  const bytes = await root.build();
  return Buffer.from(bytes.toString("latin1").replace(/\r\n|\r|\n/g, "\r\n"), "latin1");
}
