import { correlationId, hasMessageIdHeader, type Message, messageIdHeader } from "@relais/core/spi";
import { foldLines } from "nodemailer/lib/mime-funcs";
import { headerValue, mailboxes, unstructured } from "./header-values.ts";

/**
 * The header fields that say who and what, encoded and folded, one after the other; those of MIME are
 * the parts' own.
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
  add("Message-ID", message.messageId);
  const id = correlationId(message);
  if (id !== undefined && !hasMessageIdHeader(message))
    add(messageIdHeader, headerValue(messageIdHeader, id));
  lines.push(`Date: ${new Date(message.date).toUTCString().replace("GMT", "+0000")}`);
  lines.push("MIME-Version: 1.0");
  return lines.join("\r\n");
}
