import type { Message } from "@relais/core/spi";
import MailComposer from "nodemailer/lib/mail-composer";
import { checkHeaderLines } from "./check-header-lines.ts";
import { composition, headerFields } from "./composition.ts";
import { crlf } from "./crlf.ts";

/** A message as it goes over the wire. */
export interface CompiledMessage {
  /** The whole MIME message (RFC 5322, RFC 2045), every line ending in CRLF, without Bcc. Do not write to it. */
  readonly bytes: Buffer;
  /** The Message-ID header of these bytes, with angle brackets; empty for a whole mail that has none. */
  readonly messageId: string;
}

const compiled = new WeakMap<Message, Promise<CompiledMessage>>();

async function build(message: Message): Promise<CompiledMessage> {
  const { raw, messageId } = message;
  if (raw !== undefined) {
    // As it came: servers take longer header lines than RFC 5322 allows, and who wrote this one has its reasons.
    const bytes = crlf(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength));
    return Object.freeze({ bytes, messageId });
  }
  const root = new MailComposer(composition(message)).compile();
  const structure = root.buildHeaders.bind(root);
  root.buildHeaders = () => `${headerFields(message)}\r\n${structure()}`;
  const bytes = crlf(await root.build());
  checkHeaderLines(bytes);
  return Object.freeze({ bytes, messageId });
}

/**
 * The MIME bytes of a message: made on the first call and the same object on every later one, so that all providers
 * send the same copy. They are kept for as long as the message itself is.
 *
 * A whole mail is kept as it came, but for line breaks. Else this rejects if the message cannot be compiled, or has a
 * header line of more than 998 characters (RFC 5322, 2.1.1); the next call then tries again.
 */
export function compile(message: Message): Promise<CompiledMessage> {
  const known = compiled.get(message);
  if (known !== undefined) return known;
  const made = build(message);
  compiled.set(message, made);
  made.catch(() => compiled.delete(message));
  return made;
}
