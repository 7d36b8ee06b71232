import { createHash } from "node:crypto";
import {
  type BounceToken,
  type FeedbackEvent,
  messageIdHeader,
  option,
  readBounceAddress,
  readUnsubscribeToken,
  reason,
  withoutAddresses,
} from "@relais/core/spi";
import { type Explanation, explainReply } from "@relais/smtp/replies";
import { unsubscribeEvent } from "../unsubscribe/event.ts";
import { type RecipientStatus, replyIn, reportedAddress } from "./delivery-status.ts";
import { readComplaint } from "./feedback-report.ts";
import { readBounce } from "./read-bounce.ts";
import { type Field, fieldOf, type Report, readReport } from "./report.ts";

export const verpFields = {
  /** The address without a token, as in the option `verp` of smtp: `bounces@example.org`. */
  address: option.required(option.shaped(/^[^\s@<>"]{1,64}@[^\s@<>]{1,255}$/, "an e-mail address")),
  /** The secret of the option `verp` of smtp, or a list of which each is good, for as long as it is being replaced. */
  secret: option.required(option.signingSecrets),
  /** Believes reports without a token, too, which anybody can write. @defaultValue false */
  allowUnsigned: option.flag,
};

/** Of `receiveMail`, and of what calls it. */
export const receiveMailFields = {
  /** The id of the link in the chain whose mail this is about. @defaultValue "SMTP" */
  provider: option.id,
  /** Return paths with a signed token. @defaultValue none: each report is believed */
  verp: option.record(verpFields),
  /** The secret of the chain's option `unsubscribe`, for mails to `unsubscribe.mailto`. @defaultValue none: such mails tell nothing */
  unsubscribe: option.record({ secret: option.required(option.signingSecrets) }),
};

export interface ReceiveMailOptions
  extends option.RequiredOptions<typeof receiveMailFields>,
    option.OptionalOptions<typeof receiveMailFields> {}

/** What a mail says of others. */
export interface MailReception {
  readonly events: readonly FeedbackEvent[];
  /** Why there are none: one sentence. */
  readonly notice?: string | undefined;
}

const none = (notice: string): MailReception => ({ events: [], notice });

/** What the server said as a reply, or what a program made of its status as the like of one. */
function explained({ status = "", replyCode, diagnostic }: RecipientStatus): Explanation | undefined {
  const reply = replyIn(diagnostic);
  const own = reply === undefined ? undefined : explainReply(reply);
  // A program that has a reply without a status makes one of the reply code, and 553 is no more than that.
  if (own !== undefined && (own.phrase !== undefined || own.reply.enhanced !== undefined)) return own;
  const code = status === "" ? (replyCode ?? "550") : status.startsWith("4") ? "450" : "550";
  return explainReply(`${code} ${status} ${diagnostic}`.replace(/\s+/g, " "));
}

/** It is not known for sure that a domain is not there. */
const passingDns = /name service|temporar|try again|server reply|time-?d? ?out/i;

const expired = /(?:envelope|message|queue|retry|delivery time)\W{1,3}(?:has )?(?:expired|exceeded)/i;

/** What became of the mail at a recipient. */
function meaningOf(status: RecipientStatus): Pick<FeedbackEvent, "type" | "bounce"> {
  if (status.action === "delayed") return { type: "deferred" };
  if (status.action !== "failed") return { type: "delivered" };
  const { kind, about, phrase } = explained(status) ?? {};
  const { status: code = "5.0.0", diagnostic } = status;
  if (status.status === undefined && expired.test(diagnostic)) return { type: "bounced", bounce: "soft" };
  const isDns = code === "5.4.4" || phrase?.means === "no-such-host";
  if (isDns) return { type: "bounced", bounce: passingDns.test(diagnostic) ? "soft" : "hard" };
  if (about === "recipient") return { type: "bounced", bounce: kind === "rejected" ? "hard" : "soft" };
  // Given up after days of trying, or on the way.
  if (about === "passing" || /^[45]\.4\./.test(code)) return { type: "bounced", bounce: "soft" };
  // Nothing says whose fault it is.
  if (phrase === undefined && code === "5.0.0") return { type: "bounced", bounce: "undetermined" };
  return { type: "failed" };
}

const idOf = (...parts: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url");

/** Addresses that a report came to, or that the mail it is about had as its return path. */
function returnPaths(header: readonly Field[], ...more: readonly (string | undefined)[]): string[] {
  const names = ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to"];
  const ofHeader = header.filter(({ name }) => names.includes(name)).flatMap(({ value }) => value.split(","));
  return [...ofHeader, ...more].flatMap((one) => reportedAddress(one) ?? []);
}

type Verp = option.Checked<typeof verpFields>;

/** The token among these addresses; `"forged"` if there is one that is none. */
function tokenIn(paths: readonly string[], verp: Verp | undefined): BounceToken | "forged" | undefined {
  if (verp === undefined) return undefined;
  const read = paths.map((one) => readBounceAddress(one, verp.address, verp.secret));
  return read.find((one) => typeof one === "object") ?? read.find((one) => one !== undefined);
}

const isAutomaticReply = ({ header }: Report): boolean =>
  /^auto-replied/i.test(fieldOf(header, "auto-submitted") ?? "") ||
  fieldOf(header, "x-autoreply", "x-autorespond", "x-autoresponse-id") !== undefined ||
  /^auto_?reply/i.test(fieldOf(header, "precedence") ?? "");

type Told = Pick<FeedbackEvent, "type" | "bounce" | "code" | "reason"> & {
  readonly recipient: string;
  readonly finalRecipient?: string | undefined;
  readonly at: number | undefined;
};

/** What a mail tells, before it is known which message it is about. */
interface Tale {
  readonly source: "dsn" | "arf";
  readonly told: readonly Told[];
  readonly original: readonly Field[];
  readonly mailFrom?: string | undefined;
}

function taleOf(report: Report): Tale | string {
  const complaint = readComplaint(report);
  if (complaint !== undefined) {
    const { type, word, recipients, original, mailFrom, at } = complaint;
    if (type === undefined)
      return `a report of type ${reason(word, 40)} says nothing of what the recipient wants`;
    // Many providers take the recipient out: whose mail it was may say who it is.
    const told = (recipients.length === 0 ? [""] : recipients).map((recipient) => ({
      type,
      recipient,
      reason: reason(word, 40),
      at,
    }));
    return { source: "arf", told, original, mailFrom };
  }
  const bounce = readBounce(report);
  if (bounce === undefined || bounce.recipients.length === 0) {
    if (isAutomaticReply(report)) return "an automatic reply";
    return bounce === undefined ? "not a report" : "a report that names no recipient";
  }
  const told = bounce.recipients.map(
    (one): Told => ({
      ...meaningOf(one),
      recipient: one.recipient,
      finalRecipient: one.finalRecipient,
      code: one.status ?? one.replyCode,
      reason: reason(withoutAddresses(one.diagnostic)) || undefined,
      at: one.at ?? Date.parse(fieldOf(report.header, "date") ?? ""),
    }),
  );
  return { source: "dsn", told, original: bounce.original };
}

/** The recipient as the mail had it: a report may name where its mailbox led to. */
function addressed(
  told: Told,
  token: BounceToken | undefined,
  original: readonly Field[],
): string | undefined {
  if (token === undefined || told.recipient === "" || token.isAbout(told.recipient)) return told.recipient;
  const others = [told.finalRecipient, ...returnPaths(original)];
  return others.find((one) => one !== undefined && token.isAbout(one));
}

/**
 * Reads a mail that came back: a delivery status notification (RFC 3464, RFC 6533), the like of it that servers write for
 * people, or a complaint (RFC 5965). Automatic replies, and reports that say nothing of what became of a mail, give no
 * events. A token in the return path (the option `verp` of smtp) says which message it is about.
 *
 * @throws {TypeError | RangeError} one sentence about an option that is wrong; never about the mail
 */
export async function receiveMail(
  mail: Uint8Array,
  options: ReceiveMailOptions = {},
): Promise<MailReception> {
  const {
    provider = "SMTP",
    verp,
    unsubscribe,
  } = option.check("receiveMail", option.record(receiveMailFields), options);
  let report: Report;
  try {
    report = await readReport(mail);
  } catch {
    return none("a mail that cannot be read");
  }
  const [subject = ""] = /[\w-]{40,}/.exec(fieldOf(report.header, "subject") ?? "") ?? [];
  const request = unsubscribe && readUnsubscribeToken(subject, unsubscribe.secret);
  if (request !== undefined) return { events: [unsubscribeEvent(subject, request)] };
  const tale = taleOf(report);
  if (typeof tale === "string") return none(tale);
  const { source, told, original, mailFrom } = tale;
  const paths = returnPaths(report.header, mailFrom, fieldOf(original, "return-path"));
  const found = tokenIn(paths, verp);
  if (found === "forged") return none("the token of the return path is forged");
  if (verp !== undefined && found === undefined && verp.allowUnsigned !== true)
    return none("a report to an address without a token");
  const returned = fieldOf(original, messageIdHeader.toLowerCase());
  const known = returned !== undefined && /^[\x21-\x7e]{1,256}$/.test(returned) ? returned : undefined;
  const message = found?.message ?? (known === undefined || found?.isOf(known) === false ? undefined : known);
  const originalId = /<[^<>\s]{1,900}>/.exec(fieldOf(original, "message-id") ?? "")?.[0];
  const about =
    message ?? originalId ?? fieldOf(report.header, "message-id") ?? idOf(report.status, report.text);
  const now = Date.now();
  const events = told.flatMap((one): FeedbackEvent[] => {
    const recipient = addressed(one, found, original);
    if (recipient === undefined) return [];
    const { type, bounce, code, at } = one;
    return [
      {
        type,
        ...(bounce === undefined ? {} : { bounce }),
        recipient,
        provider,
        source,
        eventId: idOf(about, type, recipient.toLowerCase()),
        ...(message === undefined ? {} : { message }),
        ...(originalId === undefined ? {} : { providerMessageId: originalId }),
        ...(code === undefined ? {} : { code }),
        ...(one.reason === undefined ? {} : { reason: one.reason }),
        // A server's clock may be wrong: nothing is from the future, or from before there was mail.
        at: at !== undefined && at > 0 && at < now ? at : now,
      },
    ];
  });
  const named = events.filter(({ recipient, message }) => recipient !== "" || message !== undefined);
  if (named.length > 0) return { events: named };
  return none(
    events.length > 0
      ? "a report that names no recipient"
      : "a report about another recipient than the mail's",
  );
}
