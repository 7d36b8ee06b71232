import {
  type Alternative,
  type Attachment,
  type CalendarEvent,
  type Message,
  sharedByCopies,
} from "@relais/core/spi";
import type { Email, Attachment as Found } from "postal-mime";

/** What a message holds, for providers that want parts and not bytes. */
export interface MessageParts {
  readonly text?: string;
  readonly html?: string;
  readonly alternatives: readonly Alternative[];
  readonly icalEvent?: CalendarEvent;
  readonly attachments: readonly Attachment[];
}

const forms = new Set(["text/x-amp-html", "text/watch-html"]);
const calendars = new Set(["text/calendar", "application/ics"]);

const bytesOf = ({ content }: Found): Buffer =>
  typeof content === "string" ? Buffer.from(content) : Buffer.from(content as ArrayBuffer);

/** The parser gives calendars with LF; RFC 5545, 3.1 wants CRLF. */
const contentOf = (found: Found): Buffer =>
  calendars.has(found.mimeType)
    ? Buffer.from(bytesOf(found).toString().replace(/\r?\n/g, "\r\n"))
    : bytesOf(found);

const nameOf = ({ filename }: Found): string =>
  (filename ?? "").replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "").trim();

function attachment(found: Found): Attachment {
  const filename = nameOf(found);
  const cid = found.contentId?.replace(/[<>\s]/g, "") ?? "";
  const shown = found.disposition === "inline" || (found.related === true && cid !== "");
  return Object.freeze({
    content: contentOf(found),
    contentType: found.mimeType,
    disposition: shown ? "inline" : "attachment",
    ...(filename === "" ? {} : { filename }),
    ...(cid === "" ? {} : { cid }),
  });
}

/** An event that is one of the body's forms; nodemailer writes it a second time, as a file. */
function calendarEvent(attachments: readonly Found[]): {
  readonly icalEvent?: CalendarEvent;
  readonly files: readonly Found[];
} {
  const event = attachments.find(
    ({ mimeType, method, disposition }) =>
      mimeType === "text/calendar" && method !== undefined && disposition !== "attachment",
  );
  if (event === undefined) return { files: attachments };
  const content = contentOf(event);
  const twin = attachments.find(
    (one) => one !== event && calendars.has(one.mimeType) && contentOf(one).equals(content),
  );
  const filename = nameOf(twin ?? event) || nameOf(event) || "invite.ics";
  return {
    icalEvent: Object.freeze({ method: event.method ?? "PUBLISH", filename, content }),
    files: attachments.filter((one) => one !== event && one !== twin),
  };
}

function read({ text, html, attachments }: Email): MessageParts {
  const { icalEvent, files } = calendarEvent(attachments);
  const isForm = ({ mimeType, disposition }: Found): boolean =>
    forms.has(mimeType) && disposition !== "attachment";
  return Object.freeze({
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    alternatives: Object.freeze(
      files
        .filter(isForm)
        .map((one) =>
          Object.freeze({ contentType: `${one.mimeType}; charset=utf-8`, content: bytesOf(one) }),
        ),
    ),
    ...(icalEvent === undefined ? {} : { icalEvent }),
    attachments: Object.freeze(files.filter((one) => !isForm(one)).map(attachment)),
  });
}

const known = sharedByCopies("parts", () => new WeakMap<Message, Promise<MessageParts>>());

/**
 * The parts of a message: its own fields, or what is found in a whole mail, read once. A mail within a mail is an
 * attachment.
 *
 * Rejects if a whole mail cannot be read: parts within parts 256 times, or headers of more than 2 MB.
 */
export async function parts(message: Message): Promise<MessageParts> {
  const { raw, text, html, alternatives, icalEvent, attachments } = message;
  if (raw === undefined) {
    return {
      ...(text === undefined ? {} : { text }),
      ...(html === undefined ? {} : { html }),
      alternatives,
      ...(icalEvent === undefined ? {} : { icalEvent }),
      attachments,
    };
  }
  const before = known.get(message);
  if (before !== undefined) return before;
  const found = readWhole(raw);
  known.set(message, found);
  found.catch(() => known.delete(message));
  return found;
}

/** Loads the parser with the first whole mail: few programs have one. */
async function readWhole(raw: Uint8Array): Promise<MessageParts> {
  const { default: PostalMime } = await import("postal-mime");
  return read(await PostalMime.parse(raw, { forceRfc822Attachments: true }));
}
