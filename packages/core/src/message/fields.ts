import { types } from "node:util";
import { recognizeCopies } from "../runtime/copies.ts";
import { didYouMean } from "../runtime/options.ts";
import { reason } from "../runtime/sanitize.ts";

/** A message that may not go out, thrown by `createMessage`. A chain turns it into a `rejected` failure. */
export class InvalidMessage extends Error {
  static {
    recognizeCopies(InvalidMessage, "InvalidMessage");
  }

  override readonly name = "InvalidMessage";
  /** Where the fault is: `to[1]`, `headers.X-Campaign`. */
  readonly field: string;

  /** @param fault what is wrong with the value, as the end of a sentence that begins with the field */
  constructor(field: string, fault: string) {
    // A field's name may come from outside, too: a key of an object.
    const where = reason(field, 120) || '""';
    super(`${where}: ${fault}`);
    this.field = where;
  }
}

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
 * A list of addresses as one line. What is invisible is left where it is: in an address it is a fault.
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

/** A value as it may stand in an error sentence: one short line, in quotes. */
export function quote(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(reason(value, 60));
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "function") return "a function (call it)";
  if (isUnfinished(value)) {
    return types.isPromise(value)
      ? "a promise (await is missing)"
      : "a React element (render it to HTML first)";
  }
  return typeof value === "object" ? "an object" : reason(String(value), 60);
}

/** A promise, or a React element: something of which text is still to be made. */
export function isUnfinished(value: unknown): boolean {
  return (
    types.isPromise(value) ||
    (typeof value === "object" && value !== null && Object.hasOwn(value, "$$typeof"))
  );
}

/** How other libraries call a field, in lower case without separators: a name here, or what to do instead. */
export type FieldWords = Readonly<Record<string, string>>;

/** What to write in the place of a field that does not exist, as the end of a sentence; empty if nothing is near. */
function fieldHint(key: string, names: ReadonlySet<string>, words: FieldWords): string {
  const plain = key.toLowerCase().replace(/[_-]/g, "");
  const remedy = Object.hasOwn(words, plain) ? (words[plain] ?? "") : didYouMean(key, [...names]);
  if (remedy === undefined) return "";
  return names.has(remedy) ? `; did you mean ${remedy}?` : `; ${remedy}`;
}

/**
 * What an object itself holds, each field read once; `null` and `undefined` are absent. What it inherits is not read, so
 * that neither a polluted prototype nor a `__proto__` out of a JSON text can add a recipient or a file.
 *
 * @param what `"a message"`, for the sentence about a field that does not exist
 * @param words what people call fields that have another name here
 * @throws {InvalidMessage} if it is no object, or holds a field that does not exist
 */
export function pickOwn<T extends object>(
  field: string,
  value: unknown,
  names: ReadonlySet<string>,
  what: string,
  words: FieldWords = {},
): Partial<T> {
  if (typeof value !== "object" || value === null || Array.isArray(value) || isUnfinished(value)) {
    throw new InvalidMessage(field === "" ? "message" : field, `must be an object, not ${quote(value)}`);
  }
  const picked: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value)) {
    const content = (value as Record<string, unknown>)[key];
    if (content === undefined || content === null) continue; // absent, however it is written
    if (!names.has(key)) {
      const shown = quote(key).slice(1, -1);
      const fault = `is not a field of ${what}${fieldHint(key, names, words)}`;
      throw new InvalidMessage(field === "" ? shown : `${field}.${shown}`, fault);
    }
    picked[key] = content;
  }
  return picked as Partial<T>;
}

/** An encoded word of RFC 2047, with the language of RFC 2231, 5. */
const word = /=\?([^?*\s]{1,60})(?:\*[^?\s]{0,60})?\?([BbQq])\?([^?\r\n]*)\?=/g;

function bytesOf(encoding: string, text: string): Buffer {
  if (encoding.toUpperCase() === "B") return Buffer.from(text, "base64");
  // What is not ASCII should not stand there; some write it all the same.
  const bytes = Buffer.from(text.replaceAll("_", " ")).toString("latin1");
  return Buffer.from(
    bytes.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
}

/** UTF-7 (RFC 2152), which Node.js does not know, and some readers do. */
function fromUtf7(text: string): string {
  return text.replace(/\+([A-Za-z0-9+/]*)-?/g, (_, base64: string) => {
    const units = Buffer.from(base64, "base64");
    return base64 === ""
      ? "+"
      : units
          .subarray(0, units.length & ~1)
          .swap16()
          .toString("utf16le");
  });
}

function decodeBytes(charset: string, bytes: Buffer): string {
  if (/^(?:unicode-1-1-)?utf-?7$/.test(charset)) return fromUtf7(bytes.toString("latin1"));
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes); // an unknown charset
  }
}

/**
 * Text with its encoded words decoded (RFC 2047): what a reader shows of an unstructured header, or of a name that was
 * found in a structured one (6.2: such a field is cut into its parts first). Bytes of one character that are spread over
 * neighbouring words are put together, as readers do. The result may hold line breaks and control characters.
 */
export function decodeWords(text: string): string {
  if (!text.includes("=?")) return text;
  let shown = "";
  let from = 0;
  let open: { readonly charset: string; readonly bytes: Buffer[] } | undefined;
  const close = (): void => {
    if (open !== undefined) shown += decodeBytes(open.charset, Buffer.concat(open.bytes));
    open = undefined;
  };
  for (const found of text.matchAll(word)) {
    const [all, charset = "", encoding = "", content = ""] = found;
    const gap = text.slice(from, found.index);
    // Blanks between two encoded words are not part of the text (6.2).
    if (from === 0 || /\S/.test(gap)) {
      close();
      shown += gap;
    }
    const label = charset.toLowerCase();
    if (open?.charset !== label) {
      close();
      open = { charset: label, bytes: [] };
    }
    open?.bytes.push(bytesOf(encoding, content));
    from = found.index + all.length;
  }
  close();
  return shown + text.slice(from);
}
