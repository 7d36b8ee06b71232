import { randomUUID } from "node:crypto";
import { createMessage, InvalidMessage, type Message, type MessageInput } from "@relais/core";
import { headerLines, precompiled, withoutBcc } from "@relais/mime";
import PostalMime, { type Address, type Email } from "postal-mime";
import type { MessageFlags } from "./message-from-flags.ts";

const limits = { allowFiles: true };
const fieldLine = /^(?!\{)[!-9;-~]+[ \t]*:/;

/** Whether bytes are a message of RFC 5322, rather than JSON. */
export function looksLikeMail(bytes: Buffer): boolean {
  return fieldLine.test(bytes.toString("latin1", 0, 1000));
}

/** Date and Message-ID are fixed here, where the mail has none: every provider must send the same. */
function completed(bytes: Buffer, sender: string): Buffer {
  const names = new Set(headerLines(bytes).map(([name]) => name));
  const domain = sender.slice(sender.lastIndexOf("@") + 1);
  const added = [
    names.has("message-id") ? "" : `Message-ID: <${randomUUID()}@${domain}>\r\n`,
    names.has("date") ? "" : `Date: ${new Date().toUTCString().replace("GMT", "+0000")}\r\n`,
  ].join("");
  return added === "" ? bytes : Buffer.concat([Buffer.from(added), bytes]);
}

function people(field: string, addresses: readonly Address[] = []): { name: string; address: string }[] {
  return addresses.flatMap((one) => {
    const mailboxes = one.group ?? [one];
    return mailboxes.map(({ name, address }) => {
      if (address === "") throw new InvalidMessage(field, `${JSON.stringify(name)} is not an address`);
      return { name, address };
    });
  });
}

function attachments(email: Email): NonNullable<MessageInput["attachments"]> {
  return email.attachments.map(({ filename, mimeType, content, contentId, disposition }) => ({
    ...(filename === null ? {} : { filename }),
    content: typeof content === "string" ? content : Buffer.from(content as ArrayBuffer),
    contentType: mimeType,
    ...(contentId === undefined ? {} : { cid: contentId.replace(/^<|>$/g, "") }),
    contentDisposition: disposition === "inline" ? "inline" : "attachment",
  }));
}

/** What a whole mail has of its own; left out of sight, such a flag would be lost without a word. */
const ofItsOwn = {
  subject: "--subject",
  text: "--text",
  html: "--html",
  replyTo: "--reply-to",
  attach: "--attach",
  header: "--header",
  id: "--id",
} as const;

function refuseOthers(flags: MessageFlags): void {
  for (const [name, flag] of Object.entries(ofItsOwn)) {
    if (flags[name as keyof typeof ofItsOwn] === undefined) continue;
    throw new InvalidMessage(flag, "cannot be given with a whole mail, which is sent as it is");
  }
}

/**
 * A whole mail, as it would lie in a `.eml` file: its bytes are sent as they are, but for Bcc. `--to`, `--cc` and
 * `--bcc` say whom it goes to instead of its own fields, `--from` who the envelope's sender is.
 * @throws {InvalidMessage} one sentence about a field
 */
export async function messageFromEml(bytes: Buffer, flags: MessageFlags): Promise<Message> {
  refuseOthers(flags);
  const email = await PostalMime.parse(bytes).catch(() => {
    throw new InvalidMessage("mail", "is not of RFC 5322");
  });
  const [from] = people("from", email.from && [email.from]);
  if (from === undefined) throw new InvalidMessage("from", "is missing: the mail has no From field");
  const given = [...(flags.to ?? []), ...(flags.cc ?? []), ...(flags.bcc ?? [])];
  const own = (["to", "cc", "bcc"] as const).flatMap((field) =>
    people(field, email[field]).map(({ address }) => address),
  );
  const whole = withoutBcc(completed(bytes, from.address));
  const lines = new Map(headerLines(whole));
  const message = await createMessage(
    {
      id: lines.get("message-id"),
      ...(lines.get("date") === undefined ? {} : { date: lines.get("date") }),
      from,
      to: people("to", email.to),
      cc: people("cc", email.cc),
      replyTo: people("replyTo", email.replyTo),
      subject: email.subject ?? "",
      text: email.text,
      html: email.html,
      attachments: attachments(email),
      envelope: { from: flags.from ?? from.address, to: given.length > 0 ? given : own },
    },
    { limits },
  );
  try {
    precompiled(message, whole);
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidMessage("message", error.message);
    throw error;
  }
  return message;
}
