// The relaxed canonicalization of headers and bodies (RFC 6376, 3.4.2 and 3.4.4), over latin1: a character is a byte.

/** A header of a message: its name in lower case, and its line as it is hashed. */
export interface RelaxedHeader {
  readonly name: string;
  readonly line: string;
}

const blanks = /[ \t]+/g;

/** One header, unfolded, with single blanks, none of them at the ends or around the colon. */
export function relaxedHeader(header: string): RelaxedHeader {
  const colon = header.indexOf(":");
  const name = header.slice(0, colon).replace(blanks, " ").trimEnd().toLowerCase();
  const value = header
    .slice(colon + 1)
    .replaceAll("\r\n", "")
    .replace(blanks, " ")
    // Not `trim`, which would take a byte of UTF-8 for a blank.
    .replace(/^ | $/g, "");
  return { name, line: `${name}:${value}` };
}

/** A body with single blanks, none at the end of a line, and no empty lines at its end. */
export function relaxedBody(body: string): string {
  // Two steps: one pattern for both would be slow on long runs of blanks.
  const text = body.replace(blanks, " ").replaceAll(" \r\n", "\r\n");
  let end = text.endsWith(" ") ? text.length - 1 : text.length;
  while (end >= 2 && text.startsWith("\r\n", end - 2)) end -= 2;
  return end === 0 ? "" : `${text.slice(0, end)}\r\n`;
}

/** A message, relaxed: its headers from the top, and its body. */
export interface RelaxedMessage {
  readonly headers: readonly RelaxedHeader[];
  readonly body: string;
}

export function relaxed(bytes: Buffer): RelaxedMessage {
  const read = bytes.toString("latin1");
  // A bare CR or LF becomes CRLF on its way through nodemailer, so that is what is signed.
  const text = /\r(?!\n)|(?<!\r)\n/.test(read) ? read.replace(/\r\n?|\n/g, "\r\n") : read;
  // An empty line at the very top ends a header of no lines.
  const end = `\r\n${text}`.indexOf("\r\n\r\n");
  const head = end < 0 ? text : text.slice(0, end);
  const lines = head.split(/\r\n(?![ \t])/).filter((line) => line.includes(":"));
  return { headers: lines.map(relaxedHeader), body: relaxedBody(end < 0 ? "" : text.slice(end + 2)) };
}
