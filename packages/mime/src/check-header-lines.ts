/** RFC 5322, 2.1.1: characters in a line, without CRLF. */
const mostCharacters = 998;

/**
 * Throws if a header line is too long for the wire: folding needs spaces, and a word of a thousand characters has
 * none. Servers cut such a line, break it, or refuse the whole message.
 */
export function checkHeaderLines(bytes: Buffer): void {
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
