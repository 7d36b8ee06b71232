import type { Address } from "./address.ts";
import { type AddressInput, addressList } from "./address-list.ts";
import { decodeWords, InvalidMessage, isAbsent, oneLine } from "./fields.ts";

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
  const removed = fields.filter(({ key }) => keys.has(key));
  if (removed.length === 0) return bytes;
  const kept: Buffer[] = [];
  let last: number | undefined;
  const keep = (from: number, to?: number): void => {
    const part = bytes.subarray(from, to);
    if (part.length === 0) return;
    // A CR and an LF that were breaks of two lines are not to become one: the empty line behind a header could vanish.
    if (last === CR && part[0] === LF) kept.push(Buffer.of(LF));
    kept.push(part);
    last = part.at(-1);
  };
  let at = 0;
  for (const { from, to } of removed) {
    keep(at, from);
    at = to;
  }
  keep(at);
  return Buffer.concat(kept);
}

type Fields = readonly MailField[];

/** Header text as it is shown: on one line, without what is invisible or reorders letters. */
export function shownText(text: string): string {
  return oneLine(text.replace(/[\n\v\f\r\u0085\u2028\u2029]+/g, " ")) ?? "";
}

/** An encoded word as a token, however its text is written; where one holds an address, quotes or brackets decide. */
const encodedWord = /=\?[^?\s]{1,60}\?[BbQq]\?[^?\s<>@]*\?=/g;
const stand = "\ue000";

function named({ address }: Address, written: string): Address {
  const shown = shownText(decodeWords(written));
  return Object.freeze(shown === "" ? { address } : { address, name: shown });
}

/**
 * The mailboxes of a field, names decoded. An encoded word is one token (RFC 2047, 6.2), also where it holds a quotation
 * mark or a comma that should not stand in it (5): a stand-in is read in its place.
 */
function mailboxesIn(key: string, value: string): readonly Address[] {
  const words: string[] = [];
  const text = value.replace(encodedWord, (word) => `${stand}${words.push(word) - 1}${stand}`);
  const found = words.length === 0 || value.includes(stand) ? undefined : addressList(key, text);
  // In an address nothing is encoded (5): what looks so is its letters.
  if (found === undefined || found.some(({ address }) => address.includes(stand)))
    return addressList(key, value).map((one) => named(one, one.name ?? ""));
  return found.map((one) =>
    named(
      one,
      (one.name ?? "").replace(/\ue000(\d+)\ue000/g, (_, n: string) => words[Number(n)] ?? ""),
    ),
  );
}

/** Some write so what should be an empty group. */
const undisclosed = /^<?"?undisclosed[- ]recipients?"?>?[\s:;.,]*$/i;

const valuesOf = (fields: Fields, key: string): string[] =>
  fields.filter((one) => one.key === key && !undisclosed.test(one.value)).map(({ value }) => value);

/**
 * The mailboxes of every field with this name. The field is cut into its parts first, and encoded words within names are
 * decoded then (RFC 2047, 6.2): a comma or an address that is encoded names nobody.
 * @throws {InvalidMessage} one sentence
 */
function mailboxes(fields: Fields, key: string): readonly Address[] {
  return valuesOf(fields, key).flatMap((value) => mailboxesIn(key, value));
}

/** The same for showing them: a field that cannot be read is left out. */
export function shownMailboxes(fields: Fields, key: string): readonly Address[] {
  const found = valuesOf(fields, key).flatMap((value) => {
    try {
      return mailboxesIn(key, value);
    } catch {
      return [];
    }
  });
  return Object.freeze(found);
}

/** What there is once in a block of Resent fields (RFC 5322, 3.6.6); the second one belongs to an older block. */
const onceInBlock = new Set(["resent-from", "resent-sender", "resent-date", "resent-message-id"]);
const recipientKeys = ["to", "cc", "bcc"];

/** The newest block of Resent fields, which stands first, if it names recipients. */
function resentBlock(fields: Fields): Fields {
  const block: MailField[] = [];
  for (const field of fields) {
    if (field.key.startsWith("resent-")) {
      if (onceInBlock.has(field.key) && block.some(({ key }) => key === field.key)) break;
      block.push(field);
    } else if (block.length > 0 && (field.key === "received" || field.key === "return-path")) break;
  }
  return block.some(({ key, value }) => value !== "" && recipientKeys.includes(key.slice("resent-".length)))
    ? block
    : [];
}

/** Who sends a mail, and whom its header names as recipients, hidden ones included. */
interface RawRecipients {
  readonly recipients: () => readonly Address[];
  readonly sender: (otherwise: AddressInput | null | undefined) => Address;
}

/**
 * The people of a header, as `sendmail -t` reads them: of To, Cc and Bcc, or of the newest Resent fields where a mail is
 * sent on (RFC 5322, 3.6.6).
 */
export function rawRecipients(fields: Fields): RawRecipients {
  const resent = resentBlock(fields);
  const prefix = resent.length > 0 ? "resent-" : "";
  const from = resent.length > 0 ? resent : fields;
  return {
    recipients: () => recipientKeys.flatMap((key) => mailboxes(from, `${prefix}${key}`)),
    sender: (otherwise) => {
      let fault: unknown;
      for (const [where, key] of [
        [resent, "resent-sender"],
        [resent, "resent-from"],
        [fields, "sender"],
        [fields, "from"],
      ] as const) {
        try {
          const [first] = mailboxes(where, key);
          if (first !== undefined) return first;
        } catch (error) {
          fault = error;
        }
      }
      if (!isAbsent(otherwise)) return addressList("from", otherwise)[0] as Address;
      throw (
        fault ??
        new InvalidMessage("from", "is missing: the mail has no From field, and no envelope is given")
      );
    },
  };
}
