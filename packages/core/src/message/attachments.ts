import { basename, win32 } from "node:path";
import { type ContentInput, readContent } from "./content.ts";
import { headerText, isAbsent } from "./fields.ts";
import { InvalidMessage } from "./invalid-message.ts";
import type { Limits } from "./limits.ts";
import type { Attachment } from "./message.ts";
import { ownFields } from "./own-fields.ts";
import { quote } from "./quote.ts";

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

const fields = new Set([
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
/** What file systems hold, in bytes of UTF-8 and so in characters at most. */
const maxNameCharacters = 255;
const token = "[A-Za-z0-9!#$&^_.+-]{1,127}";
const mediaType = new RegExp(`^(${token}/${token})\\s*(?:;(.*))?$`, "s");
const parameter = new RegExp(`^\\s*(${token})\\s*=\\s*("(?:[^"\\\\\\r\\n]|\\\\.)*"|${token})\\s*$`);

/**
 * A media type with the parameters that are well written; others, and the file's name, which has a field of its own, are
 * left out. `undefined` for what is none, or would be taken for a part of the message's structure.
 */
export function cleanMediaType(written: string): string | undefined {
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
  const given = isAbsent(input.filename) ? ofFile : input.filename;
  if (!isAbsent(given)) return fittedName(headerText(`${field}.filename`, given)) || undefined;
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

async function readOne(field: string, value: unknown, limits: Limits): Promise<Attachment> {
  const input = ownFields<AttachmentInput>(field, value, fields, "an attachment");
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

const none: readonly Attachment[] = Object.freeze([]);

/** Every attachment with its content in memory. */
export async function readAttachments(value: unknown, limits: Limits): Promise<readonly Attachment[]> {
  if (isAbsent(value)) return none;
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
    const attachment = await readOne(`attachments[${i}]`, item, limits);
    read.push(attachment);
    bytes += attachment.content.byteLength;
    if (bytes > limits.maxBytes) {
      throw new InvalidMessage("attachments", `have more than ${limits.maxBytes} bytes together`);
    }
  }
  return Object.freeze(read);
}
