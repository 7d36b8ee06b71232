import { headerText, InvalidMessage, isAbsent, pickOwn, quote } from "./fields.ts";

/** What a header may be given as; nodemailer's `{ prepared, value }` is read for its value alone. */
export type HeaderValue =
  | string
  | number
  | bigint
  | boolean
  | Date
  | { readonly prepared?: boolean; readonly foldLines?: boolean; readonly value: string }
  | null
  | undefined;

/** Headers by name, or nodemailer's list of them; a list of values is the same header several times. */
export type HeadersInput =
  | Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>
  | readonly { readonly key: string; readonly value: HeaderValue | readonly HeaderValue[] }[];

/** The headers of a message, cleaned. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

const maxHeaders = 200;
/** What an outbox adds to a message is not the caller's: it does not count. */
const outboxHeader = "x-relais-id";
const outboxTag = "relais_id";

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
// Content-Language (RFC 3282) and the like describe the whole message; these three describe its structure.
const structuralPrefix =
  /^(?:content-(?:type|transfer-encoding|disposition|id|length)$|resent-|apparently-|arc-)/;
// No free text: no encoded word may stand in them (RFC 2047, 5), so that a long word cannot be folded.
const structured =
  /^(?:list-|content-|x-ses-|auto-submitted$|precedence$|disposition-notification-|return-receipt-to$|errors-to$)/i;
/** What a line holds at most is 998 characters (RFC 5322, 2.1.1); its name and a fold need some. */
const maxWordCharacters = 900;

/** Whether a header's value is no free text, so that it must be sent as it was given. */
export function isStructuredHeader(name: string): boolean {
  return structured.test(name);
}

const token = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,76}$/;
const prototypeKeys = new Set(["__proto__", "constructor", "prototype"]);

/** The entries of a record; `keys` that could reach a prototype are refused by name. */
function record(field: string, value: unknown): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidMessage(field, `must be an object, not ${quote(value)}`);
  }
  const entries = Object.entries(value);
  for (const [key] of entries) checkName(field, key);
  return entries;
}

function checkName(field: string, key: string): void {
  if (prototypeKeys.has(key)) throw new InvalidMessage(field, `${quote(key)} is not allowed as a name`);
}

function frozen<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  const out: Record<string, T> = Object.create(null);
  for (const [name, value] of entries) out[name] = value;
  return Object.freeze(out);
}

const none: Headers = frozen([]);
const noTags: Readonly<Record<string, string>> = frozen([]);

function pairs(value: object): [string, unknown][] {
  if (!Array.isArray(value)) return record("headers", value);
  return value.flatMap((one: unknown, i): [string, unknown][] => {
    if (isAbsent(one)) return [];
    const { key, value: content } =
      typeof one === "object" && one !== null && Object.hasOwn(one, "key")
        ? (one as { key?: unknown; value?: unknown })
        : { key: undefined, value: undefined };
    if (typeof key !== "string") throw new InvalidMessage(`headers[${i}]`, "must have a key and a value");
    checkName("headers", key);
    return [[key, content]];
  });
}

function checkWords(field: string, text: string): void {
  const longest = Math.max(...text.split(" ").map(({ length }) => length));
  if (longest > maxWordCharacters) {
    const fault = `has ${longest} characters without a blank; at most ${maxWordCharacters} fit into a header line`;
    throw new InvalidMessage(field, fault);
  }
}

/** What one header is given as, as texts: several for the same header several times, none where it is absent. */
function texts(field: string, value: unknown): string[] {
  if (isAbsent(value)) return [];
  if (Array.isArray(value)) return value.flatMap((one) => texts(field, one));
  if (typeof value === "boolean") return [String(value)];
  if (value instanceof Date) return [value.toUTCString().replace("GMT", "+0000")];
  if (typeof value === "object" && Object.hasOwn(value, "value"))
    return texts(field, (value as { value: unknown }).value);
  const text = headerText(field, value);
  return text === "" ? [] : [text];
}

/**
 * Custom headers: no structural ones.
 * @throws {InvalidMessage} if a name is none or may not be set, or a value is no text of one line
 */
export function customHeaders(value: unknown, more: readonly (readonly [string, string])[] = []): Headers {
  if (isAbsent(value) && more.length === 0) return none;
  const written = isAbsent(value) ? [] : pairs(value as object);
  const found = new Map<string, { readonly name: string; readonly values: string[] }>();
  let count = 0;
  for (const [name, content] of [...written, ...more]) {
    if (!token.test(name)) throw new InvalidMessage("headers", `${quote(name)} is not a header name`);
    const field = `headers.${name}`;
    const lower = name.toLowerCase();
    if (structural.has(lower) || structuralPrefix.test(lower)) {
      throw new InvalidMessage(field, "may not be set as a custom header");
    }
    const values = texts(field, content);
    if (isStructuredHeader(name)) for (const one of values) checkWords(field, one);
    if (lower !== outboxHeader) count += values.length;
    const known = found.get(lower);
    if (known !== undefined) known.values.push(...values);
    else if (values.length > 0) found.set(lower, { name, values });
  }
  if (count > maxHeaders) {
    throw new InvalidMessage("headers", `has ${count} entries; at most ${maxHeaders} are allowed`);
  }
  return frozen(
    [...found.values()].map(({ name, values }) => [
      name,
      values.length === 1 ? (values[0] as string) : Object.freeze(values),
    ]),
  );
}

const maxTagCharacters = 256;
const maxTags = 50;

/** Tags: names and values for a provider's statistics. A provider makes of them what its vendor allows. */
export function messageTags(value: unknown): Readonly<Record<string, string>> {
  if (isAbsent(value)) return noTags;
  const entries = record("tags", value);
  const tags = entries.flatMap(([name, content]) => {
    if (isAbsent(content)) return [];
    const field = `tags.${name}`;
    const text =
      typeof content === "boolean" ? String(content) : headerText(field, content, maxTagCharacters);
    const key = headerText("tags", name, maxTagCharacters);
    if (key === "") throw new InvalidMessage("tags", `${quote(name)} is not a tag name`);
    return text === "" ? [] : [[key, text] as const];
  });
  const count = tags.filter(([key]) => key !== outboxTag).length;
  if (count > maxTags)
    throw new InvalidMessage("tags", `has ${count} entries; at most ${maxTags} are allowed`);
  return frozen(tags);
}

/** Tags as SES and Resend take them: letters, digits, `_` and `-`; every other character becomes `_`. */
export function asciiTags(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const plain = (text: string): string => text.replace(/[^A-Za-z0-9_-]/gu, "_").slice(0, maxTagCharacters);
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [plain(name), plain(value)]));
}

type Url = string | { readonly url: string; readonly comment?: string | null | undefined };

/**
 * `List-*` headers (RFC 2369, RFC 2919) by the part behind `List-`, as in nodemailer: `{ unsubscribe: "https://…" }`. A list
 * is the header several times; a list within it is several URLs in one.
 */
export type ListInput = Readonly<Record<string, Url | readonly (Url | readonly Url[])[] | null | undefined>>;

/** A URL in angle brackets; what has no scheme is an address or a web page. */
function bracketed(field: string, url: string): string {
  const text = headerText(field, url, 4_096).replace(/\s+|[<>]/g, "");
  if (/^[a-z][a-z0-9+.-]*:/i.test(text)) return `<${text}>`;
  return text.includes("@") ? `<mailto:${text}>` : `<http://${text}>`;
}

const linkFields = new Set(["url", "comment"]);

function oneUrl(field: string, key: string, value: unknown): string {
  if (isAbsent(value)) return "";
  const entry =
    typeof value === "string"
      ? { url: value, comment: undefined }
      : pickOwn<{ url: unknown; comment: unknown }>(field, value, linkFields, "a link");
  if (isAbsent(entry.url)) return "";
  if (typeof entry.url !== "string")
    throw new InvalidMessage(field, `must be a URL, not ${quote(entry.url)}`);
  const comment = isAbsent(entry.comment) ? "" : headerText(field, entry.comment);
  if (key !== "id") {
    const link = bracketed(field, entry.url);
    return comment === "" ? link : `${link} (${comment.replace(/[()\\]/g, "\\$&")})`;
  }
  // RFC 2919, 2: a phrase, and the identifier without a scheme.
  const id = headerText(field, entry.url, 255)
    .replace(/^[a-z][a-z0-9+.-]*:\/*/i, "")
    .replace(/[<>\s]/g, "");
  return comment === "" ? `<${id}>` : `"${comment.replace(/["\\]/g, "\\$&")}" <${id}>`;
}

/** The headers that `list` stands for. */
export function listHeaders(value: unknown): (readonly [string, string])[] {
  if (isAbsent(value)) return [];
  if (typeof value !== "object" || Array.isArray(value))
    throw new InvalidMessage("list", `must be an object, not ${quote(value)}`);
  return Object.entries(value as object).flatMap(([name, content]) => {
    const field = `list.${name}`;
    const key = name.toLowerCase().trim();
    if (!/^[a-z-]{1,60}$/.test(key)) throw new InvalidMessage("list", `${quote(name)} is not a name`);
    const header = `List-${key === "id" ? "ID" : key.replace(/(?:^|-)[a-z]/g, (c) => c.toUpperCase())}`;
    const rows: readonly unknown[] = Array.isArray(content) ? content : [content];
    return rows.flatMap((row) => {
      const links = (Array.isArray(row) ? row : [row]).map((each) => oneUrl(field, key, each));
      const text = links.filter((link) => link !== "").join(", ");
      return text === "" ? [] : [[header, text] as const];
    });
  });
}

/** The headers that mail programs know for `priority`; "normal" needs none. */
export function priorityHeaders(value: unknown): (readonly [string, string])[] {
  if (isAbsent(value)) return [];
  const [digit, word] = priorities[String(value).toLowerCase().trim()] ?? [];
  if (digit === undefined || word === undefined) return [];
  return [
    ["X-Priority", digit],
    ["X-MSMail-Priority", word],
    ["Importance", word],
  ];
}

const priorities: Readonly<Record<string, readonly [string, string]>> = {
  high: ["1 (Highest)", "High"],
  low: ["5 (Lowest)", "Low"],
};
