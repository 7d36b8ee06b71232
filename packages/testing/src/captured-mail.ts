import type { Attachment, Envelope, Message } from "@relais/core";
import { knownOptions } from "@relais/core/spi";
import { parts } from "@relais/mime";
import { Parser } from "htmlparser2";

/** A file of a captured mail. */
export interface CapturedFile {
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
  /** Content-ID without angle brackets. */
  readonly cid: string | undefined;
  readonly content: Buffer;
}

/** A mail that was sent, in plain texts that are easy to compare. */
export interface CapturedMail {
  /** Bare addresses: `shop@example.org`. */
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: readonly string[];
  /** Everybody who got it: the envelope of this send. */
  readonly recipients: readonly string[];
  readonly subject: string;
  /** `""` if there is none. */
  readonly text: string;
  /** `""` if there is none. */
  readonly html: string;
  /** Files of all kinds, the images of the HTML included. */
  readonly attachments: readonly CapturedFile[];
  /** The images that the HTML shows by `cid:`. */
  readonly inlineImages: readonly CapturedFile[];
  /**
   * The file of this name.
   * @throws {Error} if there is none: lists those there are
   */
  attachment(filename: string): CapturedFile;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Every link, in order and each once: `href` of the HTML, then URLs that stand in the text. */
  readonly links: readonly string[];
  /**
   * What reads as a one-time code: 4 to 8 digits that stand alone in the HTML's text or the text, in order and each once,
   * without the blank or hyphen that may stand in their middle.
   */
  readonly codes: readonly string[];
  /** The message itself, with names and all other fields. */
  readonly message: Message;
}

/** Which mails are meant. All fields that are given must fit; a text is compared as it is, addresses without regard to case. */
export interface MailQuery {
  /** Any recipient, Cc and Bcc included. */
  readonly to?: string | RegExp | undefined;
  readonly from?: string | RegExp | undefined;
  readonly subject?: string | RegExp | undefined;
  /** A text that stands in the text or the HTML's text; or a pattern. */
  readonly body?: string | RegExp | undefined;
}

const addresses = (list: readonly { readonly address: string }[]): string[] =>
  list.map(({ address }) => address);

const fileOf = ({ filename, contentType, cid, content }: Attachment): CapturedFile => ({
  filename,
  contentType,
  cid,
  content: Buffer.from(content.buffer, content.byteOffset, content.byteLength),
});

const url = /\bhttps?:\/\/[^\s<>"'`\])}]+[^\s<>"'`\])}.,;:!?]/g;
const code = /(?<![\d.,/#:-])(?:\d{4,8}|\d{3}[ -]\d{3})(?![\d/:-]|[.,]\d)/g;

const once = <T>(list: readonly T[]): T[] => [...new Set(list)];

interface Bodies {
  readonly text: string;
  readonly html: string;
}

const unseen = new Set(["script", "style", "title"]);
const inline = new Set(["a", "b", "em", "font", "i", "small", "span", "strong", "u"]);

interface ReadHtml {
  readonly shown: string;
  readonly links: readonly string[];
  /** Content-IDs of the images. */
  readonly cids: readonly string[];
}

/** What a reader sees of the HTML, and where its links lead. */
function readHtml(html: string): ReadHtml {
  const links: string[] = [];
  const cids: string[] = [];
  let shown = "";
  let hidden = 0;
  const parser = new Parser({
    onopentag(name, { href = "", src = "" }) {
      if (unseen.has(name)) hidden += 1;
      if (!inline.has(name)) shown += " ";
      if (name === "a" && href.trim() !== "") links.push(href.trim());
      if (name === "img" && src.startsWith("cid:")) cids.push(src.slice(4));
    },
    onclosetag(name) {
      if (unseen.has(name)) hidden -= 1;
      if (!inline.has(name)) shown += " ";
    },
    ontext(text) {
      if (hidden === 0) shown += text;
    },
  });
  parser.end(html);
  return { shown: shown.replace(/\s+/g, " ").trim(), links, cids };
}

/** Makes a captured mail of a message and whom this send was for. Whole mails are read. */
export async function capturedMail(message: Message, { to: recipients }: Envelope): Promise<CapturedMail> {
  const whole = message.raw === undefined ? message : await parts(message);
  const { text = "", html = "" }: Partial<Bodies> = whole;
  const { shown, links, cids } = readHtml(html);
  const attachments = whole.attachments.map(fileOf);
  const words = `${shown}\n${text}`;
  return Object.freeze({
    from: message.from.address,
    to: addresses(message.to),
    cc: addresses(message.cc),
    bcc: addresses(message.bcc),
    replyTo: addresses(message.replyTo),
    recipients,
    subject: message.subject,
    text,
    html,
    attachments,
    inlineImages: attachments.filter(
      ({ cid = "" }) => cids.includes(cid) || cids.includes(encodeURIComponent(cid)),
    ),
    attachment(filename: string) {
      const found = attachments.find((one) => one.filename === filename);
      if (found !== undefined) return found;
      const names = attachments.map((one) => one.filename ?? "one without a name").join(", ");
      throw new Error(`there is no attachment ${JSON.stringify(filename)}; there is ${names || "none"}`);
    },
    headers: message.headers,
    links: once([...links, ...(words.match(url) ?? [])]),
    codes: once((words.replace(url, " ").match(code) ?? []).map((found) => found.replace(/[ -]/, ""))),
    message,
  });
}

/** Whether one of the values is the wanted text, or fits the wanted pattern. */
function fits(wanted: string | RegExp | undefined, ...values: readonly string[]): boolean {
  if (wanted === undefined) return true;
  if (typeof wanted === "string") return values.includes(wanted);
  // A pattern with the flag g goes on where it found something: each value is looked at from its beginning.
  return values.some((value) => new RegExp(wanted.source, wanted.flags.replace(/[gy]/g, "")).test(value));
}

/** Addresses are the same in any case, for a test. */
export function fitsAddress(wanted: string | RegExp | undefined, ...values: readonly string[]): boolean {
  if (typeof wanted !== "string") return fits(wanted, ...values);
  return values.some((value) => value.toLowerCase() === wanted.toLowerCase());
}

/** The HTML is read only where a body is asked for: `failWith` and `next` look at every mail. */
function fitsBody(wanted: string | RegExp, { text, html }: CapturedMail): boolean {
  const bodies = [text, readHtml(html).shown];
  return typeof wanted === "string" ? bodies.some((one) => one.includes(wanted)) : fits(wanted, ...bodies);
}

/** Refuses what is no field of a query: it would fit every mail. @throws {TypeError} */
export const checkQuery = (what: string, query: unknown, ...more: readonly string[]): void =>
  knownOptions(what, query, ["to", "from", "subject", "body", ...more]);

/** Whether a mail is one that the query means. */
export function matches(mail: CapturedMail, { to, from, subject, body }: MailQuery): boolean {
  return (
    fitsAddress(to, ...mail.recipients) &&
    fitsAddress(from, mail.from) &&
    fits(subject, mail.subject) &&
    (body === undefined || fitsBody(body, mail))
  );
}

/** What there is to look at: the mails that were sent, and why others were not. */
export interface Captured {
  readonly sent: readonly CapturedMail[];
  readonly errors: readonly string[];
}

/** What was sent and what was not, for errors. */
export function describeCaptured({ sent, errors }: Captured): string {
  const mails = sent.map(
    ({ subject, recipients }) => `${JSON.stringify(subject)} to ${recipients.join(", ")}`,
  );
  const out = mails.length === 0 ? "nothing was sent" : `sent: ${mails.join("; ")}`;
  return errors.length === 0 ? out : `${out}; not sent: ${errors.join("; ")}`;
}

/** One line about a query and what there was, for errors. */
export const describeQuery = (query: MailQuery, captured: Captured): string => {
  const wanted = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => `${field} ${value instanceof RegExp ? String(value) : JSON.stringify(value)}`);
  return `a mail${wanted.length === 0 ? "" : ` with ${wanted.join(", ")}`}; ${describeCaptured(captured)}`;
};
