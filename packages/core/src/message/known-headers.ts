import { headerText, isAbsent } from "./fields.ts";
import { InvalidMessage } from "./invalid-message.ts";
import { ownFields } from "./own-fields.ts";
import { quote } from "./quote.ts";

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

function one(field: string, key: string, value: unknown): string {
  if (isAbsent(value)) return "";
  const given =
    typeof value === "string"
      ? { url: value, comment: undefined }
      : ownFields<{ url: unknown; comment: unknown }>(field, value, linkFields, "a link");
  if (isAbsent(given.url)) return "";
  if (typeof given.url !== "string")
    throw new InvalidMessage(field, `must be a URL, not ${quote(given.url)}`);
  const comment = isAbsent(given.comment) ? "" : headerText(field, given.comment);
  if (key !== "id") {
    const link = bracketed(field, given.url);
    return comment === "" ? link : `${link} (${comment.replace(/[()\\]/g, "\\$&")})`;
  }
  // RFC 2919, 2: a phrase, and the identifier without a scheme.
  const id = headerText(field, given.url, 255)
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
      const links = (Array.isArray(row) ? row : [row]).map((each) => one(field, key, each));
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
