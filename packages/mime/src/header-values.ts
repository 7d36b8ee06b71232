import { type Address, isStructuredHeader } from "@relais/core/spi";
import { encodeWord, encodeWords } from "nodemailer/lib/mime-funcs";

const ascii = /^[\x20-\x7e]*$/;
/** What a reader would decode although it was written as text (RFC 2047, 7). */
const looksEncoded = /=\?[^?]*\?[BbQq]\?[^?]*\?=/;
/** The longest piece of an encoded word in a line of 76 characters. */
const wordCharacters = 52;
/** Between folds; RFC 5322, 2.1.1 ends a line at 998. */
const longestRun = 900;

/** The encoding of encoded words that makes the shorter word: base64 where most characters are outside ASCII. */
export function encodingFor(text: string): "Q" | "B" {
  const others = text.replace(/[\x20-\x7e]/g, "").length;
  return others > text.length / 2 ? "B" : "Q";
}

const encoded = (text: string): string => encodeWord(text, encodingFor(text), wordCharacters);

/** Whether text cannot be folded as it is: a run without blanks is too long, or a line would be blanks alone. */
const needsFolds = (text: string): boolean =>
  text.includes("                ") || text.split(" ").some((run) => run.length > longestRun);

/**
 * Free text of a header (RFC 5322, 3.6.5) so that a reader sees what was written: as it is where it is plain, else as
 * encoded words. Text that looks like an encoded word already is encoded once more.
 */
export function unstructured(text: string): string {
  if (ascii.test(text) && !text.includes("=?") && !needsFolds(text)) return text;
  if (text.includes("=?") || needsFolds(text)) return encoded(text);
  return encodeWords(text, encodingFor(text), wordCharacters, true);
}

/** A display name: an atom, a quoted string or encoded words (RFC 5322, 3.2.5; RFC 2047, 5). */
function phrase(name: string): string {
  if (!ascii.test(name) || looksEncoded.test(name) || needsFolds(name)) return encoded(name);
  return /^[A-Za-z0-9_ ]*$/.test(name) ? name : `"${name.replace(/["\\]/g, "\\$&")}"`;
}

/** Specials in an address would be read as separators outside brackets. */
const plainAddress = /^[^\s"(),:;<>[\\\]]+$/;

/** Mailboxes as they stand in From, To, Cc, …: the address itself is never encoded. */
export function mailboxes(list: readonly Address[]): string {
  return list
    .map(({ address, name = "" }) =>
      name === "" ? (plainAddress.test(address) ? address : `<${address}>`) : `${phrase(name)} <${address}>`,
    )
    .join(", ");
}

// Their values are addresses: only names may be encoded (RFC 2047, 5; RFC 8098, 2.1).
const addressHeader =
  /^(?:disposition-notification-to|return-receipt-to|errors-to|x-confirm-reading-to|mail-followup-to|mail-reply-to|x-original-to|abuse-reports-to|x-report-abuse-to|x-envelope-(?:from|to)|resent-.*)$/;
const listHeader = /^list-/;

/** JSON for programs, as vendors take it in X-SMTPAPI and the like: its own escapes carry what is outside ASCII. */
function asciiJson(value: string): string | undefined {
  if (!/^\s*[[{]/.test(value)) return undefined;
  try {
    JSON.parse(value);
  } catch {
    return undefined;
  }
  const escaped = value.replace(
    /[^\x20-\x7e]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  // Between two members a blank has no meaning, and a line can be folded at it.
  return needsFolds(escaped) ? escaped.replace(/("(?:[^"\\]|\\.)*"),|([\]}\d a-z]),/g, "$1$2, ") : escaped;
}

/** `phrase <address>`, the phrase encoded. */
function addressValue(value: string): string {
  return value.replace(/("(?:[^"\\]|\\.)*"|[^"<>,]+)(?=\s*<)/g, (words) => {
    if (ascii.test(words)) return words;
    const [, before = "", text = "", after = ""] = /^(\s*)(.*?)(\s*)$/s.exec(words) ?? [];
    return before + encoded(text.replace(/^"(.*)"$/s, "$1").replace(/\\(.)/g, "$1")) + after;
  });
}

/** URLs in angle brackets take no encoded words: what is outside ASCII is percent-encoded there (RFC 3986). */
function listValue(value: string): string {
  const links = value.replace(/<[^<>]*>/g, (url) =>
    url.replace(/[^\x20-\x7e]+/g, (text) => encodeURIComponent(text)),
  );
  return addressValue(links).replace(/[^\x20-\x7e]+/g, (text) => encoded(text));
}

/**
 * The value of a further header. ASCII is sent as it was given; encoded words are made only where RFC 2047 allows them.
 * @param name in any case
 */
export function headerValue(name: string, value: string): string {
  if (ascii.test(value) && !needsFolds(value)) return value;
  const json = asciiJson(value);
  if (json !== undefined) return json;
  if (ascii.test(value)) return isStructuredHeader(name) ? value : encoded(value);
  const lower = name.toLowerCase();
  if (listHeader.test(lower)) return listValue(value);
  if (addressHeader.test(lower)) {
    const done = addressValue(value);
    if (ascii.test(done)) return done;
  }
  return encodeWords(value, encodingFor(value), wordCharacters, true);
}
