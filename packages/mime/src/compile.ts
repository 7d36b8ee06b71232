import type { Message } from "@relais/core/spi";
import MailComposer from "nodemailer/lib/mail-composer";
import { checkHeaderLines } from "./check-header-lines.ts";
import { composition, headerFields } from "./composition.ts";
import { crlf } from "./crlf.ts";

/** A message as it goes over the wire. */
export interface CompiledMessage {
  /** The whole MIME message (RFC 5322, RFC 2045), every line ending in CRLF, without Bcc. Do not write to it. */
  readonly bytes: Buffer;
  /** The Message-ID header of these bytes, with angle brackets. */
  readonly messageId: string;
}

const compiled = new WeakMap<Message, Promise<CompiledMessage>>();

async function build(message: Message): Promise<CompiledMessage> {
  const root = new MailComposer(composition(message)).compile();
  const structure = root.buildHeaders.bind(root);
  root.buildHeaders = () => `${headerFields(message)}\r\n${structure()}`;
  const bytes = crlf(await root.build());
  checkHeaderLines(bytes);
  return Object.freeze({ bytes, messageId: message.messageId });
}

/**
 * The MIME bytes of a message: made on the first call and the same object on every later one, so that all providers
 * send the same copy. They are kept for as long as the message itself is.
 *
 * Rejects if the message cannot be compiled, or has a header line of more than 998 characters (RFC 5322, 2.1.1); the
 * next call then tries again.
 */
export function compile(message: Message): Promise<CompiledMessage> {
  const known = compiled.get(message);
  if (known !== undefined) return known;
  const made = build(message);
  compiled.set(message, made);
  made.catch(() => compiled.delete(message));
  return made;
}

/**
 * Makes `bytes` what `compile(message)` gives, for whoever has the MIME bytes of a message already (composed by
 * nodemailer, say). Line breaks become CRLF. The caller answers for the rest: that they have no Bcc, and are of
 * this message.
 * @throws {TypeError} if the message has bytes already
 * @throws {RangeError} if a header line has more than 998 characters (RFC 5322, 2.1.1)
 */
export function precompiled(message: Message, bytes: Buffer): void {
  if (compiled.has(message)) throw new TypeError("precompiled: the message has been compiled before");
  const clean = crlf(bytes);
  checkHeaderLines(clean);
  compiled.set(message, Promise.resolve(Object.freeze({ bytes: clean, messageId: message.messageId })));
}
