import { cleanMediaType } from "./attachments.ts";
import { type ContentInput, type ContentSource, readContent } from "./content.ts";
import { headerText, isAbsent } from "./fields.ts";
import { InvalidMessage } from "./invalid-message.ts";
import type { Limits } from "./limits.ts";
import type { Alternative, CalendarEvent } from "./message.ts";
import { ownFields } from "./own-fields.ts";
import { quote } from "./quote.ts";

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
  const given = isBytes(value) ? { content: value } : value;
  const input = ownFields<ContentSource & { method: unknown; filename: unknown }>(
    "icalEvent",
    given,
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

async function readOne(
  field: string,
  value: unknown,
  fallback: string,
  limits: Limits,
): Promise<Alternative> {
  const input = ownFields<AlternativeInput>(field, value, alternativeFields, "an alternative");
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
    const { content } = await readOne(field, isBytes(value) ? { content: value } : value, type, limits);
    found.push(Object.freeze({ contentType: `${type}; charset=utf-8`, content }));
  }
  const { alternatives } = input;
  if (isAbsent(alternatives)) return found.length === 0 ? none : Object.freeze(found);
  if (typeof alternatives !== "object")
    throw new InvalidMessage("alternatives", `must be a list, not ${quote(alternatives)}`);
  const list = Array.isArray(alternatives) ? alternatives : [alternatives];
  if (list.length > limits.maxAttachments)
    throw new InvalidMessage(
      "alternatives",
      `has ${list.length} entries; at most ${limits.maxAttachments} are allowed`,
    );
  for (const [i, one] of list.entries()) {
    if (!isAbsent(one)) found.push(await readOne(`alternatives[${i}]`, one, "text/plain", limits));
  }
  return Object.freeze(found);
}

const none: readonly Alternative[] = Object.freeze([]);
