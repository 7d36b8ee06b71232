import type { MessageInput } from "@relais/core/spi";
import { headerLines } from "@relais/mime";
import type MimeNode from "nodemailer/lib/mime-node";
import { bodyParts } from "./body-parts.ts";
import { mailboxes } from "./mailboxes.ts";

// Fields of their own in a message, or made anew by whoever composes one.
const structural =
  /^(?:from|to|cc|bcc|sender|reply-to|subject|date|message-id|in-reply-to|references|mime-version|received|return-path|dkim-signature|authentication-results|delivered-to|envelope-to|(?:content-|resent-|x-ses-|apparently-|arc-).*)$/;
const headerName = /^[a-z0-9!#$%&'*+.^_`|~-]{1,76}$/;
const headerValue = /^[\x20-\x7e]{0,8192}$/;

function furtherHeaders(lines: ReturnType<typeof headerLines>): Record<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of lines) {
    if (structural.test(name) || !headerName.test(name) || !headerValue.test(value)) continue;
    const before = found.get(name);
    found.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries([...found].slice(0, 100));
}

/**
 * What a composed mail says, as a message for the strict door. Identifiers, date and further headers are read off the
 * finished bytes: those are what providers send.
 */
export function letter(root: MimeNode, bytes: Buffer): MessageInput {
  const lines = headerLines(bytes);
  const line = (name: string): string | undefined => lines.find(([found]) => found === name)?.[1];
  const people = (name: string): ReturnType<typeof mailboxes> =>
    mailboxes(root.getHeader(name) ?? line(name) ?? "");
  const { from: envelopeFrom, to } = root.getEnvelope();
  const [from = envelopeFrom ? { address: envelopeFrom } : undefined] = people("from");
  const [sender] = people("sender");
  const subject: unknown = root.getHeader("subject") ?? line("subject");
  const date = new Date(line("date") ?? "");
  const inReplyTo = line("in-reply-to");
  const references = line("references");
  return {
    ...bodyParts(root),
    id: line("message-id") ?? root.messageId(),
    to: people("to"),
    cc: people("cc"),
    replyTo: people("reply-to"),
    headers: furtherHeaders(lines),
    envelope: { from: envelopeFrom || "", to },
    ...(from === undefined ? {} : { from }),
    ...(sender === undefined ? {} : { sender }),
    ...(subject === undefined ? {} : { subject: String(subject) }),
    ...(Number.isNaN(date.getTime()) ? {} : { date }),
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(references === undefined ? {} : { references }),
  };
}
