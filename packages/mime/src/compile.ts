import { type Message, sharedByCopies } from "@relais/core/spi";
import { bytesWithCrlf } from "./encodings.ts";
import { headerFields } from "./header-fields.ts";
import { serialize, tree } from "./tree.ts";

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
    const bytes = bytesWithCrlf(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength));
    return Object.freeze({ bytes, messageId });
  }
  const bytes = serialize(headerFields(message), tree(message));
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

/** RFC 5322, 2.1.1: characters in a line, without CRLF. */
const mostCharacters = 998;

/**
 * Throws if a header line is too long for the wire: folding needs spaces, and a word of a thousand characters has
 * none. Servers cut such a line, break it, or refuse the whole message.
 */
function checkHeaderLines(bytes: Buffer): void {
  let field = 0;
  for (let at = 0; ; ) {
    const end = bytes.indexOf("\r\n", at, "latin1");
    if (end <= at) return;
    if (bytes[at] !== 32 && bytes[at] !== 9) field = at;
    if (end - at > mostCharacters) {
      const name = bytes.toString("latin1", field, Math.min(end, field + 76)).split(":")[0];
      throw new RangeError(
        `header ${name} has a line of ${end - at} characters; at most ${mostCharacters} are allowed`,
      );
    }
    at = end + 2;
  }
}
