import { decodeWords } from "./encoded-words.ts";
import { InvalidMessage } from "./invalid-message.ts";
import { quote } from "./quote.ts";

/** How long a text of one header may be; it is folded. More than any reader shows. */
const maxHeaderCharacters = 8_192;

// What breaks a line somewhere, also the separators of Unicode, with the blanks around it: they belong to the fold (RFC
// 5322, 2.2.3). It looks behind itself first, so that a long run of blanks is gone through once.
const folds = /(?<! ) *[\t\n\v\f\r\u0085\u2028\u2029][ \t\n\v\f\r\u0085\u2028\u2029]*/g;
// A line break behind which a header field would begin (RFC 5322, 2.2). Folded text goes on with a blank instead.
const nextField = /[\n\v\f\r\u0085\u2028\u2029][!-9;-~]+[\t ]*:/;
const control = /[\u0000-\u001f\u007f-\u009f]/g;
// They show letters in another order than they are sent in: embeddings, overrides and isolates (UAX #9), the
// deprecated format characters, and interlinear annotations. Marks (LRM, RLM, ALM), joiners, soft hyphens and
// zero-width spaces are not among them: scripts need those.
const reordering = /[\u202a-\u202e\u2066-\u2069\u206a-\u206f\ufff9-\ufffb]/g;
const needsCleaning = /[^\x20-\x7e]/;

/** A value that stands for nothing: a column without a value, an empty field of a form. */
export function isAbsent(value: unknown): value is null | undefined | "" | readonly [] {
  return (
    value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)
  );
}

/**
 * Text as it may stand in one header line. Line breaks and tabs at the ends are cut, within they become a blank.
 * Control characters and those that reorder letters are taken out; a reader does not see them.
 * @returns undefined if a line break would begin a header field
 */
export function oneLine(text: string): string | undefined {
  if (!needsCleaning.test(text) && !text.includes("=?")) return text.trim();
  if (nextField.test(text)) return undefined;
  const plain = text.includes("=?") ? withoutEncodedReordering(text) : text;
  return unfolded(plain).replace(control, "").replace(reordering, "").trim();
}

/**
 * Encoded words that hide what reorders letters are decoded, so that it can be taken out: some readers decode what a text
 * only quotes. A reader sees all other encoded words as they were written.
 */
function withoutEncodedReordering(text: string): string {
  let plain = text;
  for (let depth = 0; depth < 4; depth++) {
    const decoded = decodeWords(plain);
    if (decoded.search(reordering) < 0) return plain;
    plain = decoded.replace(reordering, "");
  }
  return plain.replaceAll("=?", "= ?");
}

const unfolded = (text: string): string => text.replace(folds, " ");

/** What people give as text: a string, or a number as rows and forms have it. */
function textOf(field: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value)))
    return String(value);
  throw new InvalidMessage(field, `must be a string, not ${quote(value)}`);
}

/**
 * A list of addresses as one line. What nobody sees is left where it is: in an address it is a fault.
 * @throws {InvalidMessage} if it is too long, has half a character, or would begin another header
 */
export function addressText(field: string, text: string, maxCharacters: number): string {
  checkLength(field, text, maxCharacters);
  if (!needsCleaning.test(text)) return text;
  checkCharacters(field, text);
  if (nextField.test(text)) throw beginsHeader(field);
  if (isBrokenInside(text)) throw new InvalidMessage(field, "contains a line break within an address");
  return unfolded(text);
}

const isBreak = /[\n\v\f\r\u0085\u2028\u2029]/;

/** Whether a line breaks behind an @ and something else than a separator follows: what is the address then? */
function isBrokenInside(text: string): boolean {
  let addressed = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c === "@") addressed = true;
    else if (c === "," || c === ";" || c === "<" || c === ">") addressed = false;
    else if (addressed && isBreak.test(c)) {
      const next = /\S/.exec(text.slice(i, i + 1_000))?.[0];
      if (next !== undefined && !",;<(".includes(next)) return true;
    }
  }
  return false;
}

const beginsHeader = (field: string): InvalidMessage =>
  new InvalidMessage(field, "contains a line break that would begin another header");

function checkCharacters(field: string, text: string): void {
  if (!text.isWellFormed()) throw new InvalidMessage(field, "contains half a character (a lone surrogate)");
}

function checkLength(field: string, text: string, maxCharacters: number): void {
  if (text.length > maxCharacters) {
    throw new InvalidMessage(field, `has ${text.length} characters; at most ${maxCharacters} are allowed`);
  }
}

/**
 * A value for one header line, cleaned: see `oneLine`.
 * @throws {InvalidMessage} if it is no text, is too long, has half a character, or would begin another header
 */
export function headerText(
  field: string,
  value: unknown,
  maxCharacters: number = maxHeaderCharacters,
): string {
  const text = textOf(field, value);
  checkLength(field, text, maxCharacters);
  checkCharacters(field, text);
  const line = oneLine(text);
  if (line === undefined) throw beginsHeader(field);
  return line;
}

/**
 * A body: line breaks are its own business. NUL has no meaning in text and is taken out (RFC 5322, 4).
 * @throws {InvalidMessage} if it is no text, is too long, or has half a character
 */
export function bodyText(field: string, value: unknown, maxCharacters: number): string {
  const text = textOf(field, value);
  checkLength(field, text, maxCharacters);
  checkCharacters(field, text);
  return text.includes("\0") ? text.replaceAll("\0", "") : text;
}
