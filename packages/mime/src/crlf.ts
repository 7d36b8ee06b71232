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
 * would be mended on the way by one provider and not by the next, and would break a signature made before.
 */
export function crlf(bytes: Buffer): Buffer {
  if (isClean(bytes)) return bytes;
  return Buffer.from(bytes.toString("latin1").replace(/\r\n|\r|\n/g, "\r\n"), "latin1");
}
