import { isAscii } from "node:buffer";
import { randomUUID } from "node:crypto";
import type { Alternative, Attachment, CalendarEvent, Message } from "@relais/core/spi";
import {
  buildHeaderValue,
  detectExtension,
  detectMimeType,
  encodeWord,
  encodeWords,
  foldLines,
  parseHeaderValue,
} from "nodemailer/lib/mime-funcs";
import {
  base64,
  bytesWithCrlf,
  quotedPrintable,
  quotedPrintableText,
  textEncoding,
  withCrlf,
} from "./encodings.ts";
import { encodingFor } from "./header-values.ts";

/** A part of a mail: its MIME header fields, folded, and its body as it goes over the wire. Strings are UTF-8. */
export interface Leaf {
  readonly fields: string;
  readonly body: string | Buffer;
}
/** Parts in one; the boundary is chosen when it is written. */
export interface Multipart {
  readonly subtype: "mixed" | "alternative" | "related";
  readonly parts: readonly Part[];
}
export type Part = Leaf | Multipart;

// Views, not copies: nothing here writes to what it is given.
const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** One of the message's own texts. */
function textPart(contentType: string, text: string): Leaf {
  const encoding = textEncoding(text);
  return {
    fields: `Content-Transfer-Encoding: ${encoding}\r\nContent-Type: ${contentType}`,
    body:
      encoding === "7bit"
        ? withCrlf(text)
        : encoding === "base64"
          ? base64(Buffer.from(text))
          : (quotedPrintableText(text) ?? quotedPrintable(Buffer.from(text))),
  };
}

/** `text` as a parameter where non-compliant readers look for a name: an encoded word, which RFC 2231 replaced. */
function nameParameter(name: string): string {
  const encoded = /[\x00-\x1f\x7f]/.test(name)
    ? encodeWord(name, encodingFor(name), 52)
    : encodeWords(name, encodingFor(name), 52, true);
  return encoded !== name || /[\s'"\\;:/=(),<>@[\]?]|^-/.test(encoded) ? JSON.stringify(encoded) : encoded;
}

function contentTypeField(contentType: string, filename?: string): string {
  const parsed = parseHeaderValue(contentType, { stripComments: true });
  if (filename !== undefined) {
    for (const name of Object.keys(parsed.params)) if (/^name(\*|$)/i.test(name)) delete parsed.params[name];
  }
  const value = buildHeaderValue(parsed);
  return foldLines(
    `Content-Type: ${value}${filename === undefined ? "" : `; name=${nameParameter(filename)}`}`,
    76,
  );
}

const dispositionField = (disposition: string, filename?: string): string =>
  foldLines(
    `Content-Disposition: ${buildHeaderValue({
      value: disposition,
      params: filename === undefined ? {} : { filename },
    })}`,
    76,
  );

/** A name that every system can write. */
function attachmentName(contentType: string | undefined, number: number): string {
  const extension =
    contentType === undefined ? "bin" : detectExtension(contentType.split(";", 1)[0]?.trim() ?? "");
  return `attachment-${number}.${/^[a-z0-9]{1,10}$/.test(extension) ? extension : "bin"}`;
}

const isMessage = (contentType: string): boolean => /^message\//i.test(contentType);
/** The parts of a multipart are read by its boundary, which a file of that type need not have. */
const asFile = (contentType: string): string =>
  /^multipart\//i.test(contentType) ? "application/octet-stream" : contentType;
const isText = (contentType: string): boolean => /^text\//i.test(contentType);

/** RFC 2046, 5.2.1 forbids to encode a message within a message; the label says what its bytes are. */
function fitsSevenBit(bytes: Buffer): boolean {
  if (!isAscii(bytes) || bytes.includes(0)) return false;
  for (let at = 0; at < bytes.length; ) {
    const found = bytes.indexOf(10, at);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.subarray(at, end);
    if (
      line.length > 998 &&
      line
        .toString("latin1")
        .split("\r")
        .some((part) => part.length > 998)
    )
      return false;
    at = end + 1;
  }
  return true;
}

function attachmentPart(one: Attachment, index: number): Leaf {
  const { contentType: given, cid, disposition } = one;
  const content = bufferOf(one.content);
  const filename =
    one.filename ?? (given !== undefined && isMessage(given) ? undefined : attachmentName(given, index + 1));
  const contentType = asFile(given ?? detectMimeType(filename?.split(".").pop() ?? "bin"));
  const message = isMessage(contentType);
  const fields = [
    ...(cid === undefined ? [] : [foldLines(`Content-ID: <${cid.replace(/[<>]/g, "")}>`, 76)]),
    `Content-Transfer-Encoding: ${message ? (fitsSevenBit(content) ? "7bit" : "8bit") : "base64"}`,
    dispositionField(disposition, filename),
    contentTypeField(contentType, filename),
  ];
  return { fields: fields.join("\r\n"), body: message ? bytesWithCrlf(content) : base64(content) };
}

/** A further form of the body. */
function alternativePart(one: Alternative): Leaf {
  const contentType = asFile(one.contentType);
  const content = bufferOf(one.content);
  const fields: string[] = [];
  let body = content;
  if (isText(contentType)) {
    const encoding = textEncoding(content.toString(), false);
    fields.push(`Content-Transfer-Encoding: ${encoding}`);
    body = encoding === "base64" ? base64(content) : quotedPrintable(content);
  } else if (isMessage(contentType)) {
    body = bytesWithCrlf(content);
  } else {
    fields.push("Content-Transfer-Encoding: base64");
    body = base64(content);
  }
  if (!isText(contentType)) fields.push("Content-Disposition: attachment");
  fields.push(contentTypeField(contentType));
  return { fields: fields.join("\r\n"), body };
}

/** An event is a form of the body, and a file for readers that show no forms of that kind. */
function calendarForm({ method, content }: CalendarEvent): Leaf {
  return alternativePart({
    contentType: `text/calendar; charset=utf-8; method=${method.trim().toUpperCase()}`,
    content,
  });
}
function calendarFile({ filename, content }: CalendarEvent): Leaf {
  return attachmentPart({ filename, content, contentType: "application/ics", disposition: "attachment" }, 0);
}

const multipart = (subtype: Multipart["subtype"], parts: readonly Part[]): Part => ({ subtype, parts });

const amp = /^text\/x-amp-html\b/i;
const watch = /^text\/watch-html\b/i;
const isHtml = /^text\/html\b/i;

/**
 * The parts of a message as readers expect them: mixed (alternative (text, watch, AMP, related (HTML, files with a
 * Content-ID), calendar, others), files). What has one part is that part.
 */
export function tree(message: Message): Part {
  const { text = "", html = "", alternatives, icalEvent, attachments } = message;
  const forms: Part[] = [];
  let htmlAt = -1;
  if (text !== "") forms.push(textPart("text/plain; charset=utf-8", text));
  const watchForm = alternatives.find(({ contentType }) => watch.test(contentType));
  const ampForm = alternatives.find(({ contentType }) => amp.test(contentType));
  if (watchForm !== undefined)
    forms.push(alternativePart({ ...watchForm, contentType: "text/watch-html; charset=utf-8" }));
  if (ampForm !== undefined)
    forms.push(alternativePart({ ...ampForm, contentType: "text/x-amp-html; charset=utf-8" }));
  if (html !== "") htmlAt = forms.push(textPart("text/html; charset=utf-8", html)) - 1;
  if (icalEvent !== undefined) forms.push(calendarForm(icalEvent));
  for (const one of alternatives) {
    if (one === watchForm || one === ampForm) continue;
    const count = forms.push(alternativePart(one));
    if (isHtml.test(one.contentType)) htmlAt = count - 1;
  }
  const related: Part[] = [];
  const files: Part[] = [];
  attachments.forEach((one, index) => {
    (htmlAt >= 0 && one.cid !== undefined ? related : files).push(attachmentPart(one, index));
  });
  if (icalEvent !== undefined) files.push(calendarFile(icalEvent));
  if (related.length > 0) forms[htmlAt] = multipart("related", [forms[htmlAt] as Part, ...related]);
  const bodies = forms.length > 1 ? [multipart("alternative", forms)] : forms;
  const [first, ...others] = [...bodies, ...files];
  if (first === undefined) return { fields: "Content-Type: text/plain", body: "" };
  return others.length === 0 ? first : multipart("mixed", [first, ...others]);
}

/**
 * Bytes of a mail: header fields, then the parts. Pieces of text are joined first, as one write is cheaper than many.
 * @param fields the header fields above those of MIME, folded, each but the last ended by CRLF
 */
export function serialize(fields: string, root: Part): Buffer {
  const pieces: (string | Buffer)[] = [];
  // "=_" stands in no base64 and in no quoted-printable; the rest cannot be guessed by who writes a text.
  const id = randomUUID();
  let boundaries = 0;
  let pending = `${fields}\r\n`;
  const write = (part: Part): void => {
    if ("body" in part) {
      pending += `${part.fields}\r\n\r\n`;
      if (typeof part.body === "string") pending += part.body;
      else if (part.body.length > 0) {
        pieces.push(pending, part.body);
        pending = "";
      }
      return;
    }
    const boundary = `=_${id}_${++boundaries}`;
    const type =
      part.subtype === "related" ? 'multipart/related; type="text/html"' : `multipart/${part.subtype}`;
    pending += `Content-Type: ${type};\r\n boundary="${boundary}"\r\n`;
    for (const one of part.parts) {
      pending += `\r\n--${boundary}\r\n`;
      write(one);
    }
    pending += `\r\n--${boundary}--\r\n`;
  };
  write(root);
  const last = pieces.at(-1) as Buffer | undefined;
  const isEnded = pending === "" ? last?.at(-1) === 10 : pending.endsWith("\n");
  pieces.push(isEnded ? pending : `${pending}\r\n`);
  return joined(pieces);
}

function joined(pieces: readonly (string | Buffer)[]): Buffer {
  const [first] = pieces;
  if (pieces.length === 1 && typeof first === "string") return Buffer.from(first);
  return Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
}
