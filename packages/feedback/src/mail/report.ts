import { decodeWords } from "@relais/core/spi";
import PostalMime from "postal-mime";

/** One field of a header, unfolded. */
export interface Field {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

/** A mail about a mail, taken apart. Nothing in it is trusted. */
export interface Report {
  readonly header: readonly Field[];
  /** The part for people. */
  readonly text: string;
  /** The bodies of `message/delivery-status` parts, one after the other. */
  readonly status: string;
  /** The body of a `message/feedback-report` part. */
  readonly feedback: string;
  /** The header of the mail that it is about, as far as it came back. */
  readonly original: readonly Field[];
}

/**
 * What says something stands before the mail that came back, of which a part is enough. And postal-mime needs half a second
 * for 64 KB of blank lines, four times that for twice as many.
 */
const maxBytes = 64 * 1024;
/** What a server has to say to people. */
const maxTextCharacters = 64 * 1024;
const CR = 13;
const LF = 10;
const statusTypes = new Set(["message/delivery-status", "message/global-delivery-status"]);
const originalTypes = new Set([
  "text/rfc822-headers",
  "message/rfc822",
  "message/rfc822-headers",
  "message/global",
  "message/global-headers",
  "message/news",
]);

const reportType = /report-type\s*=\s*"?delivery-status/i;

/** Lines with those that go on with them (RFC 5322, 2.2.3). */
export function unfolded(text: string): string[] {
  const lines: string[][] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const last = lines.at(-1);
    if (last !== undefined && /^[ \t]+\S/.test(line) && last[0]?.trim() !== "") last.push(line.trim());
    else lines.push([line]);
  }
  return lines.map((parts) => parts.join(" "));
}

/** The fields of a header block, or of a group of a delivery status. What is no field is passed over. */
export function fieldsOf(text: string): Field[] {
  return unfolded(text).flatMap((line) => {
    const [, name, value] = /^([!-9;-~]{1,76})[ \t]*:(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined
      ? []
      : [{ name: name.toLowerCase(), value: value.trim() }];
  });
}

/** The first field of one of these names. */
export function fieldOf(fields: readonly Field[], ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = fields.find((one) => one.name === name);
    if (found !== undefined) return found.value;
  }
  return undefined;
}

/** A mail's header, and what is behind it. */
function halves(mail: string): readonly [header: string, body: string] {
  const lines = mail.trimStart().split(/\r\n|\r|\n/);
  const end = lines.findIndex((line) => line.trim() === "");
  if (end < 0) return [lines.join("\n"), ""];
  return [lines.slice(0, end).join("\n"), lines.slice(end + 1).join("\n")];
}

/** UTF-8, as RFC 6533 has it, or what older servers write. */
function textOf(content: ArrayBuffer | Uint8Array | string): string {
  if (typeof content === "string") return content;
  const bytes = Buffer.from(content as ArrayBuffer);
  const text = bytes.toString();
  return text.includes("\ufffd") ? bytes.toString("latin1") : text;
}

/** A text out of HTML, for servers that send nothing else. */
const withoutTags = (html: string): string =>
  html
    .replace(/<(style|script)\b[\s\S]*?<\/\1>/gi, " ")
    .replace(/<(?:br|\/p|\/div|\/tr|\/h\d|\/li)\b[^>]{0,200}>/gi, "\n")
    .replace(/<(?!mailto:)[a-z/!][^>]{0,2000}>/gi, " ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&nbsp;|&#160;/g, " ")
    .replace(/&amp;/g, "&");

/** Takes a mail apart. @throws if it is nested too deeply or its header is too large to be one */
export async function readReport(mail: Uint8Array, isForwarded = false): Promise<Report> {
  const start = Math.max(
    0,
    mail.findIndex((byte) => byte > 32),
  );
  let bytes = mail.subarray(start, start + maxBytes);
  // Lines that end in CR alone.
  if (!bytes.includes(LF)) bytes = bytes.map((byte) => (byte === CR ? LF : byte));
  const email = await PostalMime.parse(bytes, { forceRfc822Attachments: true });
  let text = email.text ?? "";
  if (text.trim() === "" && email.html !== undefined) text = withoutTags(email.html);
  let status = "";
  let feedback = "";
  let original: readonly Field[] = [];
  let forwarded: Uint8Array | undefined;
  for (const { mimeType, content } of email.attachments) {
    if (statusTypes.has(mimeType)) status += `${textOf(content)}\n\n`;
    else if (mimeType === "message/feedback-report") feedback ||= textOf(content);
    else if (originalTypes.has(mimeType) && original.length === 0) {
      original = fieldsOf(halves(textOf(content))[0]);
      if (reportType.test(fieldOf(original, "content-type") ?? ""))
        forwarded = Buffer.from(content as ArrayBuffer);
    }
    // Some servers call the part for people something else.
    else if (text.trim() === "" && /^(?:text|message)\//.test(mimeType)) text = textOf(content);
  }
  // A gateway put the report into a mail of its own.
  if (status === "" && forwarded !== undefined && !isForwarded) return readReport(forwarded, true);
  const header = email.headers.map(({ key, value }) => ({ name: key, value: decodeWords(value) }));
  // Its parts cannot be told apart: a boundary is wrong, or missing.
  if (text.trim() === "" && status === "") text = halves(textOf(bytes))[1];
  return { header, text: text.slice(0, maxTextCharacters), status, feedback, original };
}
