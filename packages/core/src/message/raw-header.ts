const CR = 13;
const LF = 10;
const isBlank = (byte: number | undefined): boolean => byte === 32 || byte === 9;

/** A field of a mail's header (RFC 5322, 2.2), and where it stands. */
export interface MailField {
  /** As it is written. */
  readonly name: string;
  /** The name in lower case. */
  readonly key: string;
  /** Unfolded, and otherwise as it came: encoded words are not decoded. */
  readonly value: string;
  /** Its first byte, and the one behind its last line break. */
  readonly from: number;
  readonly to: number;
}

/**
 * Where the line that begins at `at` ends, and where the next one begins. A bare CR or LF breaks a line, too: it becomes
 * CRLF when the mail is sent.
 */
function lineEnd(bytes: Buffer, at: number): readonly [end: number, next: number] {
  for (let i = at; i < bytes.length; i++) {
    if (bytes[i] === LF) return [i, i + 1];
    if (bytes[i] === CR) return [i, bytes[i + 1] === LF ? i + 2 : i + 1];
  }
  return [bytes.length, bytes.length];
}

const strict = new TextDecoder("utf-8", { fatal: true });
const western = new TextDecoder("windows-1252");

/** 8-bit header text (RFC 6532); what is not UTF-8 is read as what it was most often written in. */
function textOf(bytes: Buffer): string {
  try {
    return strict.decode(bytes);
  } catch {
    return western.decode(bytes);
  }
}

const mboxLine = /^>?From [ \t]*[^: \t]/;

/**
 * Where the mail begins: behind a byte order mark, blank lines, and the line that an mbox file puts before each mail. None
 * of them is a part of it, and a server would take the header for the text behind them.
 */
export function mailStart(bytes: Buffer): number {
  for (let at = 0; ; ) {
    if (bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) {
      at += 3;
      continue;
    }
    const [end, next] = lineEnd(bytes, at);
    const line = bytes.subarray(at, end);
    if (next === at || !(line.every(isBlank) || mboxLine.test(line.toString("latin1", 0, 100)))) return at;
    at = next;
  }
}

const fieldName = /^([!-9;-~]+)[ \t]*:/;

/** The fields up to the first empty line, in order. Lines that are none are left out. */
export function mailFields(bytes: Buffer): readonly MailField[] {
  const fields: MailField[] = [];
  let from = -1;
  let last = 0;
  const close = (to: number): void => {
    if (from < 0) return;
    const text = textOf(bytes.subarray(from, to));
    const name = fieldName.exec(text)?.[1] ?? "";
    const value = text
      .slice(text.indexOf(":") + 1)
      .replace(/\r\n|\r|\n/g, "")
      .trim();
    fields.push({ name, key: name.toLowerCase(), value, from, to });
    from = -1;
  };
  for (let at = 0; at < bytes.length; at = last) {
    const [end, next] = lineEnd(bytes, at);
    if (end === at) break;
    last = next;
    if (isBlank(bytes[at])) continue; // the line before goes on
    close(at);
    if (fieldName.test(bytes.toString("latin1", at, Math.min(end, at + 1_000)))) from = at;
  }
  close(last);
  return fields;
}

/** The same bytes without these fields. */
export function withoutFields(
  bytes: Buffer,
  fields: readonly MailField[],
  keys: ReadonlySet<string>,
): Buffer {
  const cut = fields.filter(({ key }) => keys.has(key));
  if (cut.length === 0) return bytes;
  let at = 0;
  const kept = cut.map(({ from, to }) => {
    const part = bytes.subarray(at, from);
    at = to;
    return part;
  });
  return Buffer.concat([...kept, bytes.subarray(at)]);
}
