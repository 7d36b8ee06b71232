import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { InvalidMessage, quote } from "./fields.ts";
import type { Limits } from "./message.ts";

/** The forms in which people have bytes: also a Buffer that went through JSON, as job queues give it back. */
export type ContentInput =
  | string
  | Uint8Array
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | AsyncIterable<Uint8Array | string>
  | { readonly type: "Buffer"; readonly data: readonly number[] };

/** Where content may come from: given, a data URI, or a local file where that is allowed. */
export interface ContentSource {
  readonly content?: unknown;
  readonly encoding?: unknown;
  readonly path?: unknown;
  readonly href?: unknown;
}

/** Bytes, and the media type that a data URI or a file of a form named. */
export interface ReadContent {
  readonly bytes: Uint8Array;
  readonly contentType?: string;
}

function checkBytes(field: string, bytes: number, { maxBytes }: Limits): void {
  if (bytes > maxBytes) throw new InvalidMessage(field, `has more than ${maxBytes} bytes`);
}

async function drain(
  field: string,
  source: AsyncIterable<Uint8Array | string>,
  limits: Limits,
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
      checkBytes(field, bytes, limits);
      chunks.push(part);
    }
  } catch (error) {
    if (error instanceof InvalidMessage) throw error;
    throw new InvalidMessage(field, "could not be read: its stream failed or was read before");
  }
  return Buffer.concat(chunks);
}

/** `utf-8`, `UTF8`, `Base64`, …: names of encodings as Node.js knows them, written as people do. */
function encodingOf(field: string, value: unknown): BufferEncoding {
  if (value === undefined || value === null || value === "") return "utf8";
  const name = typeof value === "string" ? value.toLowerCase().trim() : "";
  for (const one of [name, name.replaceAll("-", "")]) if (Buffer.isEncoding(one)) return one;
  if (name === "us-ascii" || name === "7bit" || name === "8bit") return "utf8";
  throw new InvalidMessage(field, `must be utf8, base64, hex or another of Buffer's, not ${quote(value)}`);
}

const base64Text = /^[A-Za-z0-9+/_-]*={0,2}$/;

/**
 * Text as bytes. What is not in its encoding is refused: Node.js would leave out what it does not know, and an empty
 * or broken file would arrive.
 */
function decoded(field: string, text: string, encoding: BufferEncoding): Uint8Array {
  if (encoding !== "base64" && encoding !== "base64url" && encoding !== "hex")
    return Buffer.from(text, encoding);
  if (/^data:/i.test(text)) {
    const uri = dataUri(text);
    if (uri !== undefined) return uri.bytes;
  }
  const plain = text.replace(/\s+/g, "");
  const digits = plain.replace(/=+$/, "").length;
  const fits =
    encoding === "hex" ? /^(?:[0-9A-Fa-f]{2})*$/.test(plain) : base64Text.test(plain) && digits % 4 !== 1;
  if (!fits) throw new InvalidMessage(field, `is not ${encoding}, as its encoding says`);
  return Buffer.from(plain, encoding);
}

/** A data URI (RFC 2397), or `undefined` if it is none. */
function dataUri(text: string): ReadContent | undefined {
  const comma = text.indexOf(",");
  if (comma < 0) return undefined;
  const [type = "", ...parameters] = text.slice("data:".length, comma).split(";");
  const isBase64 = parameters.some((one) => one.trim().toLowerCase() === "base64");
  const contentType = type.trim() === "" ? {} : { contentType: type.trim() };
  const data = text.slice(comma + 1);
  try {
    if (!isBase64) return { bytes: percentDecoded(data), ...contentType };
    const plain = decodeURIComponent(data).replace(/\s+/g, "");
    return base64Text.test(plain) ? { bytes: Buffer.from(plain, "base64"), ...contentType } : undefined;
  } catch {
    return undefined;
  }
}

/** Percent-encoded bytes need not be UTF-8. */
function percentDecoded(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  if (!text.includes("%")) return bytes;
  return Buffer.from(
    bytes
      .toString("latin1")
      .replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
}

/** Bytes that went through JSON: Node's `{ type: "Buffer", data }`, or an object with a number for each index. */
function fromJson(content: object): Uint8Array | undefined {
  const { type, data } = content as { type?: unknown; data?: unknown };
  if (type === "Buffer" && (Array.isArray(data) || typeof data === "string")) {
    if (typeof data === "string") return Buffer.from(data, "base64");
    return data.every(isByte) ? Uint8Array.from(data) : undefined;
  }
  const keys = Object.keys(content);
  const values = Object.values(content);
  if (keys.length === 0 || keys.some((key, i) => key !== String(i))) return undefined;
  return values.every(isByte) ? Uint8Array.from(values) : undefined;
}

const isByte = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 255;

/** Content as given. A copy of bytes: the caller may go on with theirs. */
async function givenContent(
  field: string,
  { content, encoding }: ContentSource,
  limits: Limits,
): Promise<ReadContent> {
  const inContent = `${field}.content`;
  if (typeof content === "string")
    return { bytes: decoded(inContent, content, encodingOf(`${field}.encoding`, encoding)) };
  if (content === undefined || content === null) throw new InvalidMessage(inContent, "is missing");
  if (typeof content === "object") {
    if (ArrayBuffer.isView(content)) {
      checkBytes(inContent, content.byteLength, limits);
      return {
        bytes: new Uint8Array(
          Buffer.from(content.buffer as ArrayBuffer, content.byteOffset, content.byteLength),
        ),
      };
    }
    if (
      content instanceof ArrayBuffer ||
      (globalThis.SharedArrayBuffer && content instanceof SharedArrayBuffer)
    ) {
      checkBytes(inContent, content.byteLength, limits);
      return { bytes: new Uint8Array(content as ArrayBuffer).slice() };
    }
    if (content instanceof Blob) {
      checkBytes(inContent, content.size, limits);
      const bytes = new Uint8Array(await content.arrayBuffer());
      return content.type === "" ? { bytes } : { bytes, contentType: content.type };
    }
    if (Symbol.asyncIterator in content)
      return { bytes: await drain(inContent, content as AsyncIterable<Uint8Array>, limits) };
    const bytes = fromJson(content);
    if (bytes !== undefined) return { bytes };
  }
  throw new InvalidMessage(inContent, `must be a string, bytes or a stream, not ${quote(content)}`);
}

async function fileBytes(field: string, path: unknown, limits: Limits): Promise<Uint8Array> {
  if (!limits.allowFiles)
    throw new InvalidMessage(field, "files may not be attached by path; give content, or set allowFiles");
  if (typeof path !== "string" || path.includes("\0") || /^[a-z][a-z0-9+.-]+:/i.test(path)) {
    throw new InvalidMessage(field, `${quote(path)} is not a file path`);
  }
  const bytes = await readFile(path).catch(() => {
    throw new InvalidMessage(field, `${quote(path)} cannot be read`);
  });
  checkBytes(field, bytes.byteLength, limits);
  return bytes;
}

/**
 * The bytes behind content, a data URI or a file.
 * @throws {InvalidMessage} one sentence about the field that is wrong
 */
export async function readContent(
  field: string,
  source: ContentSource,
  limits: Limits,
): Promise<ReadContent> {
  for (const name of ["path", "href"] as const) {
    const value = source[name];
    if (typeof value !== "string" || value === "") continue;
    if (/^data:/i.test(value)) {
      const found = dataUri(value);
      if (found === undefined) throw new InvalidMessage(`${field}.${name}`, "is not a data URI");
      checkBytes(`${field}.${name}`, found.bytes.byteLength, limits);
      return found;
    }
    if (name === "href" || /^https?:/i.test(value))
      throw new InvalidMessage(`${field}.${name}`, "URLs may not be attached; fetch it and give its content");
    return { bytes: await fileBytes(`${field}.${name}`, value, limits) };
  }
  if (source.path !== undefined && source.path !== null && source.path !== "" && source.path !== false)
    return { bytes: await fileBytes(`${field}.path`, source.path, limits) };
  return givenContent(field, source, limits);
}
