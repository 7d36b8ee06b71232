import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { InvalidMessage } from "./invalid-message.ts";
import type { Limits } from "./limits.ts";
import type { Attachment } from "./message.ts";
import { ownFields } from "./own-fields.ts";
import { quote } from "./quote.ts";
import { headerText } from "./text-field.ts";

/** A file to attach. Streams are read once, when the message is made. */
export interface AttachmentInput {
  readonly filename?: string | undefined;
  readonly content?: string | Uint8Array | AsyncIterable<Uint8Array | string> | undefined;
  /** How a string `content` is encoded. @defaultValue `"utf8"` */
  readonly encoding?: "utf8" | "base64" | "hex" | undefined;
  /** `type/subtype`. @defaultValue guessed from the file name */
  readonly contentType?: string | undefined;
  readonly cid?: string | undefined;
  /** @defaultValue `"inline"` with a `cid`, else `"attachment"` */
  readonly contentDisposition?: "attachment" | "inline" | undefined;
  /** A local file; refused unless the chain's `allowFiles` is set. */
  readonly path?: string | undefined;
}

const fields = new Set([
  "filename",
  "content",
  "encoding",
  "contentType",
  "cid",
  "contentDisposition",
  "path",
]);
const mediaType =
  /^[A-Za-z0-9!#$&^_.+-]{1,127}\/[A-Za-z0-9!#$&^_.+-]{1,127}(?:\s*;\s*[A-Za-z0-9!#$&^_.+-]{1,64}=(?:[A-Za-z0-9!#$&^_.+-]{1,256}|"[^"\\\r\n]{0,256}"))*$/;
const contentId = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.@-]{1,256}$/;

async function drain(
  field: string,
  source: AsyncIterable<Uint8Array | string>,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    // Reading it again would not fail: it just ends, and an empty file would go out.
    if (Readable.isDisturbed(source as Readable)) throw new Error("read before");
    for await (const chunk of source) {
      const part: unknown = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      if (!(part instanceof Uint8Array))
        throw new InvalidMessage(field, "its stream gave something else than bytes or text");
      bytes += part.byteLength;
      if (bytes > maxBytes) throw new InvalidMessage(field, `has more than ${maxBytes} bytes`);
      chunks.push(part);
    }
  } catch (error) {
    if (error instanceof InvalidMessage) throw error;
    throw new InvalidMessage(field, "could not be read: its stream failed or was read before");
  }
  return Buffer.concat(chunks);
}

async function bytesOf(field: string, input: AttachmentInput, limits: Limits): Promise<Uint8Array> {
  const content: unknown = input.content;
  if (typeof content === "string") {
    const encoding = input.encoding ?? "utf8";
    if (encoding !== "utf8" && encoding !== "base64" && encoding !== "hex") {
      throw new InvalidMessage(`${field}.encoding`, `must be utf8, base64 or hex, not ${quote(encoding)}`);
    }
    return Buffer.from(content, encoding);
  }
  if (content instanceof Uint8Array) {
    if (content.byteLength > limits.maxBytes)
      throw new InvalidMessage(`${field}.content`, `has more than ${limits.maxBytes} bytes`);
    return Buffer.from(content); // a copy: the caller may go on with theirs
  }
  if (typeof content === "object" && content !== null && Symbol.asyncIterator in content) {
    return drain(`${field}.content`, content as AsyncIterable<Uint8Array>, limits.maxBytes);
  }
  throw new InvalidMessage(
    `${field}.content`,
    content === undefined ? "is missing" : `must be a string, bytes or a stream, not ${quote(content)}`,
  );
}

async function fileBytes(field: string, path: unknown, limits: Limits): Promise<Uint8Array> {
  if (!limits.allowFiles)
    throw new InvalidMessage(
      `${field}.path`,
      "files may not be attached by path; give content, or set allowFiles",
    );
  if (typeof path !== "string" || path.includes("\0") || /^[a-z][a-z0-9+.-]+:/i.test(path)) {
    throw new InvalidMessage(`${field}.path`, `${quote(path)} is not a file path`);
  }
  const bytes = await readFile(path).catch(() => {
    throw new InvalidMessage(`${field}.path`, `${quote(path)} cannot be read`);
  });
  if (bytes.byteLength > limits.maxBytes)
    throw new InvalidMessage(`${field}.path`, `has more than ${limits.maxBytes} bytes`);
  return bytes;
}

async function readOne(field: string, value: unknown, limits: Limits): Promise<Attachment> {
  if (typeof value === "object" && value !== null && Object.hasOwn(value, "href")) {
    throw new InvalidMessage(`${field}.href`, "URLs may not be attached; fetch it and give its content");
  }
  const input = ownFields<AttachmentInput>(field, value, fields, "an attachment");
  const filename =
    input.filename === undefined ? undefined : headerText(`${field}.filename`, input.filename, 255);
  const contentType =
    input.contentType === undefined ? undefined : headerText(`${field}.contentType`, input.contentType, 512);
  if (contentType !== undefined && !mediaType.test(contentType)) {
    throw new InvalidMessage(`${field}.contentType`, `${quote(contentType)} is not a media type`);
  }
  const cid = input.cid === undefined ? undefined : headerText(`${field}.cid`, input.cid, 256);
  if (cid !== undefined && !contentId.test(cid))
    throw new InvalidMessage(`${field}.cid`, `${quote(cid)} is not a content id`);
  const disposition = input.contentDisposition ?? (cid === undefined ? "attachment" : "inline");
  if (disposition !== "attachment" && disposition !== "inline") {
    throw new InvalidMessage(
      `${field}.contentDisposition`,
      `must be attachment or inline, not ${quote(disposition)}`,
    );
  }
  const byPath = input.path !== undefined;
  const content = byPath ? await fileBytes(field, input.path, limits) : await bytesOf(field, input, limits);
  const named =
    filename ?? (byPath ? headerText(`${field}.path`, basename(String(input.path)), 255) : undefined);
  return Object.freeze({
    content,
    disposition,
    ...(named === undefined ? {} : { filename: named }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(cid === undefined ? {} : { cid }),
  });
}

const none: readonly Attachment[] = Object.freeze([]);

/** Every attachment with its content in memory. */
export async function readAttachments(value: unknown, limits: Limits): Promise<readonly Attachment[]> {
  if (value === undefined) return none;
  if (!Array.isArray(value)) throw new InvalidMessage("attachments", `must be a list, not ${quote(value)}`);
  if (value.length > limits.maxAttachments) {
    throw new InvalidMessage(
      "attachments",
      `has ${value.length} entries; at most ${limits.maxAttachments} are allowed`,
    );
  }
  const read: Attachment[] = [];
  let bytes = 0;
  for (const [i, item] of value.entries()) {
    const attachment = await readOne(`attachments[${i}]`, item, limits);
    read.push(attachment);
    bytes += attachment.content.byteLength;
    if (bytes > limits.maxBytes) {
      throw new InvalidMessage("attachments", `have more than ${limits.maxBytes} bytes together`);
    }
  }
  return Object.freeze(read);
}
