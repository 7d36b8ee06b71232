// Content transfer encodings (RFC 2045, 6), each in one pass into one buffer.

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;
const EQUALS = 61;

/** RFC 2045, 6.7 and 6.8: characters in an encoded line. */
const lineCharacters = 76;
/** Bytes that fill a line of base64. */
const lineBytes = (lineCharacters / 4) * 3;

const breaks = /\r\n|\r|\n/g;

/** Text with every line break as CRLF (RFC 5322, 2.3). */
export const withCrlf = (text: string): string =>
  text.includes("\n") || text.includes("\r") ? text.replace(breaks, "\r\n") : text;

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
 * Bytes with every line break as CRLF; the same buffer if they are so already. A bare CR or LF would be fixed on the
 * way by one provider and not by the next, and would break a signature made before.
 */
export function bytesWithCrlf(bytes: Buffer): Buffer {
  if (isClean(bytes)) return bytes;
  return Buffer.from(bytes.toString("latin1").replace(breaks, "\r\n"), "latin1");
}

/** Base64 in lines of 76 characters, without a line break at the end. */
export function base64(bytes: Buffer): Buffer {
  const lines = Math.ceil(bytes.length / lineBytes);
  const encoded = Buffer.allocUnsafe(Math.ceil(bytes.length / 3) * 4 + Math.max(0, lines - 1) * 2);
  let at = 0;
  for (let from = 0; from < bytes.length; from += lineBytes) {
    if (from > 0) {
      encoded[at++] = CR;
      encoded[at++] = LF;
    }
    at += encoded.write(
      bytes.toString("base64", from, Math.min(from + lineBytes, bytes.length)),
      at,
      "latin1",
    );
  }
  return encoded;
}

const hex = Buffer.from("0123456789ABCDEF", "latin1");

const Escaped = 0;
const Literal = 1;
const Blank = 2;
const Break = 3;
/** What quoted-printable does with a byte. */
const kinds = new Uint8Array(256);
kinds.fill(Literal, 33, 127);
kinds[EQUALS] = Escaped;
kinds[SPACE] = Blank;
kinds[TAB] = Blank;
kinds[LF] = Break;
kinds[CR] = Break;

// Most texts are small: they are encoded here and copied, as three times their length is too much to allocate for each.
const scratch = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Quoted-printable (RFC 2045, 6.7) of text in UTF-8. Line breaks are CRLF afterwards, whatever they were; a line is at
 * most 76 characters; a character of several bytes is not split over two lines.
 */
export function quotedPrintable(text: Buffer): Buffer {
  const { length } = text;
  // Three characters a byte, and a soft break for each 70 of them.
  const most = length * 3 + Math.ceil((length * 3) / 70) * 3 + 3;
  const encoded = most <= scratch.length ? scratch : Buffer.allocUnsafe(most);
  let at = 0;
  let column = 0;
  const softBreak = () => {
    encoded[at++] = EQUALS;
    encoded[at++] = CR;
    encoded[at++] = LF;
    column = 0;
  };
  for (let i = 0; i < length; ) {
    const byte = text[i] as number;
    const kind = kinds[byte];
    if (kind === Literal) {
      // The last column of a line is kept for the soft break, unless the line ends here anyway.
      if (column >= lineCharacters - 1 && !endsLine(text, i)) softBreak();
      encoded[at++] = byte;
      column++;
      i++;
    } else if (kind === Blank && !endsLine(text, i)) {
      if (column >= lineCharacters - 1) softBreak();
      encoded[at++] = byte;
      column++;
      i++;
    } else if (kind === Break) {
      encoded[at++] = CR;
      encoded[at++] = LF;
      column = 0;
      i += byte === CR && text[i + 1] === LF ? 2 : 1;
    } else {
      const end = Math.min(i + (byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4), length);
      if (column + (end - i) * 3 >= lineCharacters) softBreak();
      for (; i < end; i++) {
        const one = text[i] as number;
        encoded[at++] = EQUALS;
        encoded[at++] = hex[one >> 4] as number;
        encoded[at++] = hex[one & 15] as number;
        column += 3;
      }
    }
  }
  return encoded === scratch ? Buffer.from(scratch.subarray(0, at)) : encoded.subarray(0, at);
}

/** What the next function takes, and needs no more than its `=` escaped. */
const plainText = /^[\n\r\x20-\x7e]*$/;

/** Quoted-printable, the same, of text in ASCII: pieces of it are joined, not bytes. `undefined` for other text. */
export function quotedPrintableText(text: string): string | undefined {
  if (!plainText.test(text)) return undefined;
  const lines = withCrlf(text).split("\r\n");
  if (lines.some((line) => line.endsWith(" "))) return undefined;
  return lines.map(encodedLine).join("\r\n");
}

function encodedLine(line: string): string {
  if (line.length < lineCharacters && !line.includes("=")) return line;
  let encoded = "";
  let column = 0;
  for (let from = 0; ; ) {
    const found = line.indexOf("=", from);
    const end = found < 0 ? line.length : found;
    // The last column of a line is kept for the soft break, unless the line ends here anyway.
    const last = found < 0 ? lineCharacters : lineCharacters - 1;
    while (column + end - from > last) {
      const next = from + Math.max(0, lineCharacters - 1 - column);
      encoded += `${line.slice(from, next)}=\r\n`;
      from = next;
      column = 0;
    }
    encoded += line.slice(from, end);
    column += end - from;
    if (found < 0) return encoded;
    if (column + 3 >= lineCharacters) {
      encoded += "=\r\n";
      column = 0;
    }
    encoded += "=3D";
    column += 3;
    from = found + 1;
  }
}

/** Whether nothing but a line break follows a byte. */
function endsLine(text: Buffer, at: number): boolean {
  const next = text[at + 1];
  return next === undefined || next === LF || next === CR;
}

/** How a text travels. */
export type TextEncoding = "7bit" | "quoted-printable" | "base64";

/** Longer texts are not searched for long lines. */
const mostSearched = 128 * 1024;

/**
 * What keeps a text readable as it travels: 7bit for ASCII in short lines, base64 where most characters are not Latin.
 * @param sevenBit whether 7bit may be chosen
 */
export function textEncoding(text: string, sevenBit = true): TextEncoding {
  // Most texts, searched by what is faster than a loop over characters.
  if (plainText.test(text) && !text.includes("\r")) {
    if (sevenBit && text.length <= mostSearched && !hasLongLine(text)) return "7bit";
    return /[A-Za-z]/.test(text) ? "quoted-printable" : "base64";
  }
  let latin = 0;
  let others = 0;
  let column = 0;
  let long = text.length > mostSearched;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === LF || code === CR) {
      column = 0;
      continue;
    }
    if (++column > lineCharacters) long = true;
    if ((code >= 65 && code <= 90) || (code >= 97 && code <= 122)) latin++;
    else if (code >= 128 || (code < SPACE && code !== TAB)) others++;
  }
  if (sevenBit && others === 0 && !long) return "7bit";
  return others < latin ? "quoted-printable" : "base64";
}

function hasLongLine(text: string): boolean {
  let at = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", at)) {
    if (end - at > lineCharacters) return true;
    at = end + 1;
  }
  return text.length - at > lineCharacters;
}
