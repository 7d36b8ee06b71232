import { type Message, sharedByCopies } from "@relais/core/spi";
import MailComposer from "nodemailer/lib/mail-composer";
import { composition, headerFields } from "./composition.ts";

/** A message as it goes over the wire. */
export interface CompiledMessage {
  /** The whole MIME message (RFC 5322, RFC 2045), every line ending in CRLF, without Bcc. Do not write to it. */
  readonly bytes: Buffer;
  /** The Message-ID header of these bytes, with angle brackets; empty for a whole mail that has none. */
  readonly messageId: string;
}

const compiled = sharedByCopies("compiled", () => new WeakMap<Message, Promise<CompiledMessage>>());

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

const LF = 10;
const CR = 13;

function isClean(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at - 1] !== CR) return false;
  }
  for (let at = bytes.indexOf(CR); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] !== LF) return false;
  }
  return true;
}

/**
 * The bytes with every line break as CRLF (RFC 5322, 2.3); the same buffer if they are so already. A bare CR or LF
 * would be fixed on the way by one provider and not by the next, and would break a signature made before.
 */
function crlf(bytes: Buffer): Buffer {
  if (isClean(bytes)) return bytes;
  return Buffer.from(bytes.toString("latin1").replace(/\r\n|\r|\n/g, "\r\n"), "latin1");
}

/** RFC 5322, 2.1.1: characters in a line, without CRLF. */
const mostCharacters = 998;

/**
 * Throws if a header line is too long for the wire: folding needs spaces, and a word of a thousand characters has
 * none. Servers cut such a line, break it, or refuse the whole message.
 */
function checkHeaderLines(bytes: Buffer): void {
  let name = "";
  for (let at = 0; ; ) {
    const end = bytes.indexOf("\r\n", at);
    if (end <= at) return;
    if (bytes[at] !== 32 && bytes[at] !== 9)
      name = bytes.toString("latin1", at, Math.min(end, at + 76)).split(":")[0] ?? "";
    if (end - at > mostCharacters) {
      throw new RangeError(
        `header ${name} has a line of ${end - at} characters; at most ${mostCharacters} are allowed`,
      );
    }
    at = end + 2;
  }
}
