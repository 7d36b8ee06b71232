import { basename, win32 } from "node:path";
import { type ContentInput, type ContentSource, readContent } from "./content.ts";
import { type FieldWords, headerText, InvalidMessage, isAbsent, pickOwn, quote } from "./fields.ts";
import type { Alternative, Attachment, CalendarEvent, Limits } from "./message.ts";

/** A file to attach. Streams are read once, when the message is made. */
export interface AttachmentInput {
  /** @defaultValue the name of the path or of the `File`; `false`: none */
  readonly filename?: string | false | null | undefined;
  readonly content?: ContentInput | null | undefined;
  /** How a string `content` is encoded: `base64`, `hex`, or another of Buffer's. @defaultValue `"utf8"` */
  readonly encoding?: string | null | undefined;
  /** `type/subtype`, with parameters. @defaultValue guessed from the file name */
  readonly contentType?: string | null | undefined;
  /** Content-ID, for `<img src="cid:…">`; angle brackets are taken off. */
  readonly cid?: string | null | undefined;
  /** @defaultValue `"inline"` with a `cid`, else `"attachment"` */
  readonly contentDisposition?: "attachment" | "inline" | null | undefined;
  /** A data URI, or a local file; files are refused unless the chain's `allowFiles` is set. */
  readonly path?: string | null | undefined;
  /** A data URI; other URLs are refused. */
  readonly href?: string | null | undefined;
}

const attachmentFields = new Set([
  "filename",
  "content",
  "encoding",
  "contentType",
  "cid",
  "contentDisposition",
  "contentTransferEncoding",
  "path",
  "href",
]);
/** What other libraries call these fields. */
const attachmentWords: FieldWords = {
  name: "filename",
  data: "content",
  body: "content",
  buffer: "content",
  file: "content",
  type: "contentType",
  mimetype: "contentType",
  mime: "contentType",
  disposition: "contentDisposition",
  contentid: "cid",
  url: "fetch it, and give its content",
};
/** What file systems hold, in bytes of UTF-8 and so in characters at most. */
const maxNameCharacters = 255;
const token = "[A-Za-z0-9!#$&^_.+-]{1,127}";
const mediaType = new RegExp(`^(${token}/${token})\\s*(?:;(.*))?$`, "s");
const parameter = new RegExp(`^\\s*(${token})\\s*=\\s*("(?:[^"\\\\\\r\\n]|\\\\.)*"|${token})\\s*$`);

/**
 * A media type with the parameters that are well written; others, and the file's name, which has a field of its own, are
 * left out. `undefined` for what is none, or would be taken for a part of the message's structure.
 */
function cleanMediaType(written: string): string | undefined {
  const [, type, rest = ""] = mediaType.exec(written) ?? [];
  if (type === undefined || /^multipart\//i.test(type)) return undefined;
  const parameters = rest.split(";").flatMap((one) => {
    const [, name = "", value = ""] = parameter.exec(one) ?? [];
    return name === "" || /^(?:name|boundary)$/i.test(name) ? [] : [`; ${name.toLowerCase()}=${value}`];
  });
  return type + parameters.join("");
}

/** A name within what file systems hold, its ending kept. */
function fittedName(name: string): string {
  if (name.length <= maxNameCharacters) return name;
  const ending = /\.[^.]{1,16}$/.exec(name)?.[0] ?? "";
  return `${name
    .slice(0, maxNameCharacters - ending.length)
    .toWellFormed()
    .replace(/\ufffd$/, "")}${ending}`;
}

function filename(field: string, input: Partial<AttachmentInput>): string | undefined {
  if ((input.filename as unknown) === false) return undefined;
  const { content, path } = input;
  const ofFile =
    content instanceof Blob && "name" in content ? (content as { name: unknown }).name : undefined;
  const source = isAbsent(input.filename) ? ofFile : input.filename;
  if (!isAbsent(source)) return fittedName(headerText(`${field}.filename`, source)) || undefined;
  if (typeof path !== "string" || /^data:/i.test(path)) return undefined;
  // A backslash separates as well: no directory of the sender's belongs into a mail.
  return fittedName(headerText(`${field}.path`, win32.basename(basename(path)))) || undefined;
}

function contentId(field: string, value: unknown): string | undefined {
  if (isAbsent(value)) return undefined;
  const cid = headerText(field, value, 900).replace(/^<|>$/g, "");
  if (cid === "") return undefined;
  if (!/^[\x21-\x7e]+$/.test(cid) || /[<>]/.test(cid))
    throw new InvalidMessage(field, `${quote(cid)} is not a content id`);
  return cid;
}

async function readAttachment(field: string, value: unknown, limits: Limits): Promise<Attachment> {
  // A file of a form as it is: it brings its name and its type.
  const source = value instanceof Blob ? { content: value } : value;
  const input = pickOwn<AttachmentInput>(field, source, attachmentFields, "an attachment", attachmentWords);
  const named = filename(field, input);
  const cid = contentId(`${field}.cid`, input.cid);
  const disposition = isAbsent(input.contentDisposition)
    ? cid === undefined
      ? "attachment"
      : "inline"
    : input.contentDisposition;
  if (disposition !== "attachment" && disposition !== "inline") {
    throw new InvalidMessage(
      `${field}.contentDisposition`,
      `must be attachment or inline, not ${quote(disposition)}`,
    );
  }
  const read = await readContent(field, input, limits);
  const written = isAbsent(input.contentType)
    ? read.contentType
    : headerText(`${field}.contentType`, input.contentType, 4_096);
  const contentType = isAbsent(written) ? undefined : cleanMediaType(written);
  return Object.freeze({
    content: read.bytes,
    disposition,
    ...(named === undefined ? {} : { filename: named }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(cid === undefined ? {} : { cid }),
  });
}

const noAttachments: readonly Attachment[] = Object.freeze([]);

/** Every attachment with its content in memory. */
export async function readAttachments(value: unknown, limits: Limits): Promise<readonly Attachment[]> {
  if (isAbsent(value)) return noAttachments;
  if (typeof value !== "object") {
    throw new InvalidMessage("attachments", `must be a list, not ${quote(value)}`);
  }
  const list: readonly unknown[] = (Array.isArray(value) ? value : [value]).filter((one) => !isAbsent(one));
  if (list.length > limits.maxAttachments) {
    throw new InvalidMessage(
      "attachments",
      `has ${list.length} entries; at most ${limits.maxAttachments} are allowed`,
    );
  }
  const read: Attachment[] = [];
  let bytes = 0;
  for (const [i, item] of list.entries()) {
    const attachment = await readAttachment(`attachments[${i}]`, item, limits);
    read.push(attachment);
    bytes += attachment.content.byteLength;
    if (bytes > limits.maxBytes) {
      throw new InvalidMessage("attachments", `have more than ${limits.maxBytes} bytes together`);
    }
  }
  return Object.freeze(read);
}

/** Another form of the body, as nodemailer has it. */
export interface AlternativeInput {
  /** @defaultValue `text/plain` */
  readonly contentType?: string | null | undefined;
  readonly content?: ContentInput | null | undefined;
  readonly encoding?: string | null | undefined;
  readonly path?: string | null | undefined;
  readonly href?: string | null | undefined;
}

/** A calendar event as nodemailer has it: the iCalendar text itself, or an object. */
export type CalendarInput =
  | string
  | Uint8Array
  | {
      /** @defaultValue the METHOD in the content, else `PUBLISH` */
      readonly method?: string | null | undefined;
      /** @defaultValue `invite.ics` */
      readonly filename?: string | false | null | undefined;
      readonly content?: ContentInput | null | undefined;
      readonly encoding?: string | null | undefined;
      readonly path?: string | null | undefined;
      readonly href?: string | null | undefined;
    };

const alternativeFields = new Set([
  "contentType",
  "content",
  "encoding",
  "path",
  "href",
  "filename",
  "contentTransferEncoding",
  "headers",
]);
const calendarFields = new Set([
  "method",
  "filename",
  "content",
  "encoding",
  "path",
  "href",
  "contentType",
  "headers",
]);

const isBytes = (value: unknown): boolean => typeof value === "string" || ArrayBuffer.isView(value);

/** An iCalendar component begins and ends so (RFC 5545, 3.4); METHOD says what is asked (RFC 5546, 1.4). */
const calendarMethod = /^METHOD\s*[:;][^\r\n]*?([A-Za-z-]{2,40})\s*$/im;

/** The calendar event of a message. */
export async function readCalendarEvent(value: unknown, limits: Limits): Promise<CalendarEvent | undefined> {
  if (isAbsent(value)) return undefined;
  const source = isBytes(value) ? { content: value } : value;
  const input = pickOwn<ContentSource & { method: unknown; filename: unknown }>(
    "icalEvent",
    source,
    calendarFields,
    "an event",
  );
  const { bytes: content } = await readContent("icalEvent", input, limits);
  const within = calendarMethod.exec(Buffer.from(content).toString("utf8", 0, 20_000))?.[1];
  const method = isAbsent(input.method)
    ? (within ?? "PUBLISH")
    : headerText("icalEvent.method", input.method, 40);
  if (!/^[A-Za-z-]{1,40}$/.test(method))
    throw new InvalidMessage("icalEvent.method", `${quote(method)} is not a method of iTIP`);
  const named = isAbsent(input.filename) || input.filename === false ? undefined : input.filename;
  return Object.freeze({
    method: method.toUpperCase(),
    filename: (named === undefined ? "" : headerText("icalEvent.filename", named, 255)) || "invite.ics",
    content,
  });
}

async function readAlternative(
  field: string,
  value: unknown,
  fallback: string,
  limits: Limits,
): Promise<Alternative> {
  const input = pickOwn<AlternativeInput>(field, value, alternativeFields, "an alternative");
  const { bytes, contentType: known } = await readContent(field, input, limits);
  const written = isAbsent(input.contentType)
    ? known
    : headerText(`${field}.contentType`, input.contentType, 4_096);
  const contentType = written === undefined ? fallback : cleanMediaType(written);
  if (contentType === undefined)
    throw new InvalidMessage(`${field}.contentType`, `${quote(written)} is not a media type`);
  return Object.freeze({ contentType, content: bytes });
}

/** Every further form of the body: `amp` and `watchHtml` are alternatives with a field of their own. */
export async function readAlternatives(
  input: { readonly amp?: unknown; readonly watchHtml?: unknown; readonly alternatives?: unknown },
  limits: Limits,
): Promise<readonly Alternative[]> {
  const found: Alternative[] = [];
  for (const [field, type] of [
    ["watchHtml", "text/watch-html"],
    ["amp", "text/x-amp-html"],
  ] as const) {
    const value = input[field];
    if (isAbsent(value)) continue;
    const { content } = await readAlternative(
      field,
      isBytes(value) ? { content: value } : value,
      type,
      limits,
    );
    found.push(Object.freeze({ contentType: `${type}; charset=utf-8`, content }));
  }
  const { alternatives } = input;
  if (isAbsent(alternatives)) return found.length === 0 ? noAlternatives : Object.freeze(found);
  if (typeof alternatives !== "object")
    throw new InvalidMessage("alternatives", `must be a list, not ${quote(alternatives)}`);
  const list = Array.isArray(alternatives) ? alternatives : [alternatives];
  if (list.length > limits.maxAttachments)
    throw new InvalidMessage(
      "alternatives",
      `has ${list.length} entries; at most ${limits.maxAttachments} are allowed`,
    );
  for (const [i, one] of list.entries()) {
    if (!isAbsent(one)) found.push(await readAlternative(`alternatives[${i}]`, one, "text/plain", limits));
  }
  return Object.freeze(found);
}

const noAlternatives: readonly Alternative[] = Object.freeze([]);
