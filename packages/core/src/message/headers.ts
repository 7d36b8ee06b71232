import { InvalidMessage } from "./invalid-message.ts";
import { quote } from "./quote.ts";
import { headerText } from "./text-field.ts";

const maxHeaders = 100;
/** RFC 5322, 2.1.1 allows 998 characters a line; longer values are folded, and this is how far we go. */
const maxValueCharacters = 8_192;

// Headers that say who, what or how: they have fields of their own, or the compiler or a provider writes them.
const structural = new Set([
  "from",
  "to",
  "cc",
  "bcc",
  "sender",
  "reply-to",
  "subject",
  "date",
  "message-id",
  "in-reply-to",
  "references",
  "mime-version",
  "received",
  "return-path",
  "dkim-signature",
  "arc-seal",
  "arc-message-signature",
  "arc-authentication-results",
  "authentication-results",
  "delivered-to",
  "envelope-to",
]);
const structuralPrefix = /^(?:content-|resent-|x-ses-|apparently-|arc-)/;
const token = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,76}$/;
const prototypeKeys = new Set(["__proto__", "constructor", "prototype"]);

/** `value` as a frozen record without a prototype; `keys` that could reach a prototype are refused by name. */
function record(field: string, value: unknown): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidMessage(field, `must be an object, not ${quote(value)}`);
  }
  const entries = Object.entries(value);
  for (const [key] of entries) {
    if (prototypeKeys.has(key)) throw new InvalidMessage(field, `${quote(key)} is not allowed as a name`);
  }
  return entries;
}

function frozen(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const out: Record<string, string> = Object.create(null);
  for (const [name, value] of entries) out[name] = value;
  return Object.freeze(out);
}

const none = frozen([]);

/** Headers by name; a list is the same header several times. */
export type HeadersInput = Readonly<Record<string, string | readonly string[]>>;

/** Custom headers: string values only, no structural names, no name twice. */
export function customHeaders(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined) return none;
  const entries = record("headers", value);
  if (entries.length > maxHeaders) {
    throw new InvalidMessage("headers", `has ${entries.length} entries; at most ${maxHeaders} are allowed`);
  }
  const seen = new Set<string>();
  return frozen(
    entries.map(([name, content]) => {
      if (!token.test(name)) throw new InvalidMessage("headers", `${quote(name)} is not a header name`);
      const field = `headers.${name}`;
      const lower = name.toLowerCase();
      if (structural.has(lower) || structuralPrefix.test(lower)) {
        throw new InvalidMessage(field, "may not be set as a custom header");
      }
      if (seen.has(lower)) throw new InvalidMessage(field, "is given twice");
      seen.add(lower);
      return [name, headerText(field, content, maxValueCharacters)] as const;
    }),
  );
}

const tagText = /^[A-Za-z0-9_-]{1,256}$/;

/** Tags: names and values of letters, digits, `_` and `-`, as SES allows them. */
export function messageTags(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined) return none;
  const entries = record("tags", value);
  if (entries.length > 50)
    throw new InvalidMessage("tags", `has ${entries.length} entries; at most 50 are allowed`);
  return frozen(
    entries.map(([name, content]) => {
      if (!tagText.test(name)) throw new InvalidMessage("tags", `${quote(name)} is not a tag name`);
      if (typeof content !== "string" || !tagText.test(content)) {
        throw new InvalidMessage(`tags.${name}`, "must be 1 to 256 letters, digits, _ or -");
      }
      return [name, content] as const;
    }),
  );
}
