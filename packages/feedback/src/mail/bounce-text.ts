import {
  type RecipientStatus,
  readDeliveryStatus,
  replyCodeIn,
  reportedAddress,
  statusIn,
} from "./delivery-status.ts";
import { type Field, fieldOf, fieldsOf, type Report } from "./report.ts";

// Reports without a delivery status: qmail's and Exim's form, Exchange before 2007, Notes and Domino, gateways of mobile
// networks. They have in common who writes them, what they call themselves, a list of addresses, and the mail behind it.

/** Who writes reports. */
const reporter =
  /^(?:mailer-?daemon|post_?(?:master|office)|mail[-._]?(?:delivery|deliver|system|admin|router|gateway)\S*|delivery|bounces?|no-?reply-?(?:bounce|dsn)\S*|mailgate|mmdf|mail)(?=[@\s>"']|$)/i;
const reporterName =
  /mail(?:er)?[- ]?(?:daemon|delivery|deliver|administrator)|delivery (?:sub)?system|postmaster|system administrator|mail router/i;

/** What a report is about, in its subject or in its text. */
const undelivered =
  /undeliver|unzustellbar|non[- ]?deliver|deliver\w{0,6} (?:[\w-]{1,12} ){0,4}(?:fail|error|problem|report|status|notif|delay|suspend)|fail(?:ed|ure)? (?:to |of |in )?(?:\w{1,10} ){0,2}(?:deliver|recipient|notice|mail)|(?:unable|trouble|sorry|can(?:not| ?not)|not|n't) (?:\w{1,12} ){0,5}(?:deliver|send|sent|reach|relay|accept)|did not reach|was(?: not|n't) delivered|returned? (?:mail|message|e-?mail|to sender)|(?:permanent|fatal|delivery|temporary) (?:\w{1,10} ){0,2}error|user unknown|unknown (?:user|recipient|address)|no such user|mail (?:system )?(?:error|fail)|invalid (?:user|recipient|address)|rejected|refused to accept|delayed|non remis|no se (?:ha )?(?:pudo|podido|puede) entregar|impossibile (?:inviare|recapitare)|配信|送信でき|エラー|届|доставк|доставлен/i;

/** It is tried again: no bounce. */
const delayed =
  /(?:deliver|message|mail)\w{0,5} (?:\S{1,20} ){0,6}(?:has been |is |was |been )?delayed|(?:will|shall|going to|continue to|we'll|keep) (?:\w{1,12} ){0,3}(?:retr|re-?try|try(?:ing)? (?:again|to deliver|for)|attempt(?:s|ed)? to|be (?:retried|attempted|tried|made))|(?:still|yet) (?:being tried|undelivered|trying|been delivered|in the queue)|not yet been delivered|do not need to resend|temporary failure.{0,40}trying|(?:delivery|transmission) (?:to .{0,80} )?(?:has been|is) delayed|warning: (?:message|could not)|transient (?:non-?fatal )?(?:error|failure)/i;
const givenUp =
  /given up|giving up|not going to try again|in the queue too long|permanent(?:ly)?(?! and will)|will not be (?:re-?tried|retried)|no further attempt|unable to deliver .{0,60}(?:within|after) (?:\d|several|the)|(?:retry|delivery|queue) (?:time-?out|time) (?:not reached for any host after|exceeded|expired)|could not be delivered for (?:more than )?\d|message expired|has been (?:returned|removed|bounced)|(?<!be )returned to (?:sender|you)|returning message to sender|undeliverable/i;

/** Where the mail that came back begins. */
const separator =
  /^[ \t>]*(?:[-=*_#+]{2,}[^\n]{0,20}\b(?:original|returned|unsent|copy of|below (?:this line|is)|header(?:s)? (?:of|follow)|message (?:header|follow|text|body)|your (?:message|mail)|undelivered message)\b[^\n]{0,80}|(?:[-=]{2,} ?)?(?:received|sent|original|returned|unsent) (?:message|mail|e-?mail)(?: (?:headers?|follows?|text|below))?[-: .=]{0,40}|(?:below|the following|here|attached) (?:this line )?is (?:a copy of )?(?:the |your )?(?:\w{1,10} )?(?:original |header|message|e-?mail)[^\n]{0,80}|-{3,} ?this is (?:a copy|the header)[^\n]{0,80}|[^\n]{0,40}(?:original message|message headers?) (?:follows?|was)[^\n]{0,30})[ \t]*$/im;

const headerName =
  /^(?:received|return-path|message-id|from|to|cc|date|subject|mime-version|content-[a-z-]+|x-[a-z-]+|reply-to|sender|dkim-signature|delivered-to|authentication-results|domainkey-signature|in-reply-to|references|user-agent|errors-to|arc-[a-z-]+|list-[a-z-]+|importance|sensitivity|priority|precedence|resent-[a-z]+|organization|thread-[a-z]+)$/;

/** Where three header fields stand one after the other that only a mail has together. */
function headerAt(lines: readonly string[]): number {
  for (let at = 0; at < lines.length; at += 1) {
    if (!/^(?:> ?)?[A-Za-z-]{2,40}:/.test(lines[at] ?? "")) continue;
    const names = new Set<string>();
    for (const line of lines.slice(at, at + 40)) {
      if (/^(?:>[ \t]?)?[ \t]/.test(line)) continue;
      const [, name = ""] = /^(?:> ?)?([A-Za-z0-9-]{2,40}):/.exec(line) ?? [];
      if (!headerName.test(name.toLowerCase())) break;
      names.add(name.toLowerCase());
    }
    const isMail = ["received", "message-id", "return-path", "mime-version"].some((name) => names.has(name));
    if (names.size >= 3 && (isMail || (names.has("from") && names.has("date")))) return at;
  }
  return -1;
}

/** A report's own words, and the header of the mail behind them. */
function apart(text: string): { readonly words: string; readonly original: readonly Field[] } {
  const lines = text.split(/\r\n|\r|\n/);
  const header = headerAt(lines);
  // The report's own header, once more.
  if (header >= 0 && lines.slice(0, header).every((line) => line.trim() === ""))
    return apart(
      lines
        .slice(header + 1 + [...lines.slice(header), ""].findIndex((line) => line.trim() === ""))
        .join("\n"),
    );
  const line = separator.exec(text);
  // A report that begins with the line has its words behind it.
  const cut =
    line === null || text.slice(0, line.index).trim() === ""
      ? -1
      : text.slice(0, line.index).split(/\r\n|\r|\n/).length - 1;
  const end = [header, cut].filter((at) => at >= 0).sort((a, b) => a - b)[0] ?? lines.length;
  const behind = lines.slice(header >= 0 ? header : end + 1);
  while (behind[0]?.trim() === "") behind.shift();
  const emptyLine = behind.findIndex((one) => one.trim() === "");
  const block = emptyLine < 0 ? behind : behind.slice(0, emptyLine);
  return {
    words: lines.slice(0, end).join("\n"),
    original: fieldsOf(block.map((one) => one.replace(/^>[ \t]?/, "")).join("\n")),
  };
}

const address =
  /(?:"[^"\n@]{1,60}"|[^\s<>"'`(),:;[\]{}|\\]{1,64})@(?:[\p{L}\p{N}_-]{1,63}\.){0,10}[\p{L}\p{N}-]{1,63}/gu;
/** A line that ends in an address behind a colon. */
const labelled = /^[ \t]*(?!(?:from|sender|reply)\b)[^\n:@]{3,60}:[ \t]{0,3}<?$/i;
const notRecipient =
  /^(?:mailer-daemon|postmaster|abuse|support|helpdesk|hostmaster|webmaster|noreply|no-reply)@/i;
/** What stands before an address that is nobody's who gets mail. */
const before = {
  sender:
    /\b(?:mail from|from|sender|reply-to|envelope-from|return-path|message-?id|by|id|contact|mailto|https?:\/\/\S*|helo|ehlo|auth\w*)\s{0,3}[:=]{0,1}\s{0,3}<?(?:mailto:)?$/i,
  recipient:
    /\b(?:rcpt to|to|for|recipients?|user(?:id)?|address(?:es)?|mailbox|account|failed|errors?|following[^:\n]{0,40}|addressee)\s{0,3}[:=]{0,1}\s{0,3}["'<[(]{0,2}(?:smtp:)?$/i,
};

interface Found {
  readonly address: string;
  readonly at: number;
  readonly rank: number;
}

/** Every address in the words of a report, and how likely it is the one that got no mail. */
function addressesIn(words: string): Found[] {
  const found: Found[] = [];
  for (const match of words.matchAll(address)) {
    const bare = match[0].replace(/^(?:mailto:|smtp[:=])/i, "").replace(/^['`*=]+|[.'`*]+$/g, "");
    const at = match.index;
    const lineStart = words.lastIndexOf("\n", at - 1) + 1;
    const ahead = words.slice(lineStart, at);
    const behind = words.slice(at + match[0].length, at + match[0].length + 80);
    if (before.sender.test(ahead.slice(-60)) || notRecipient.test(bare)) continue;
    const opens = /^[\s>*•\-–·\d.)]{0,12}["'<[(]{0,2}(?:smtp:)?$/i.test(ahead);
    const closes = /^["'>)\]]{0,3}(?:\s{0,4}$|\s*[:;,(<[]|\.\.\.|\s+on \w|\s+\S)/m.test(behind);
    const rank =
      opens && closes
        ? 3
        : before.recipient.test(ahead.slice(-60)) ||
            labelled.test(ahead) ||
            /\b[45]\d\d[ -][^\n]{0,80}$/.test(ahead)
          ? 2
          : 1;
    found.push({ address: bare, at, rank });
  }
  return found;
}

const same = (a: string, b: string | undefined): boolean => a.toLowerCase() === b?.toLowerCase();

function addressesOf(fields: readonly Field[], ...names: readonly string[]): string[] {
  return fields
    .filter(({ name }) => names.includes(name))
    .flatMap(({ value }) => [...value.matchAll(address)].map(([text]) => reportedAddress(text) ?? text));
}

/** Each of them once. */
const each = (list: readonly string[]): string[] => [
  ...new Map(list.map((one) => [one.toLowerCase(), one])).values(),
];

/** Who got no mail, with where in the words that stands. */
function recipientsOf(report: Report, words: string, original: readonly Field[]): Found[] {
  const named = addressesOf(report.header, "x-failed-recipients");
  const senders = [
    ...addressesOf(report.header, "to", "from", "delivered-to", "x-original-to", "envelope-to"),
    ...addressesOf(original, "from", "return-path", "reply-to", "sender"),
  ];
  const all = addressesIn(words);
  const position = (one: string): number => {
    const places = all
      .filter((place) => same(one, place.address))
      .sort((a, b) => b.rank - a.rank || a.at - b.at);
    return places[0]?.at ?? -1;
  };
  if (named.length > 0) return each(named).map((one) => ({ address: one, at: position(one), rank: 3 }));
  const others = all.filter((one) => !senders.some((sender) => same(one.address, sender)));
  const candidates = others.length > 0 ? others : all;
  const best = Math.max(0, ...candidates.map(({ rank }) => rank));
  const listed = each(candidates.filter(({ rank }) => rank === best).map((one) => one.address));
  const to = each(addressesOf(original, "to", "x-envelope-to"));
  // An address that no list begins with may be anybody's: whom the mail went to is better.
  if (best < 2 && to.length > 0) return to.map((one) => ({ address: one, at: position(one), rank: 1 }));
  return listed.map((one) => ({ address: one, at: position(one), rank: best }));
}

function isReport({ header }: Report, words: string, original: readonly Field[]): boolean {
  const from = fieldOf(header, "from") ?? "";
  const subject = undelivered.test(fieldOf(header, "subject") ?? "");
  const isTyped = /report-type\s*=\s*"?delivery-status/i.test(fieldOf(header, "content-type") ?? "");
  if (isTyped || fieldOf(header, "x-failed-recipients") !== undefined) return true;
  const [local = ""] = addressesOf(header, "from").slice(-1);
  const text = undelivered.test(words);
  if (reporter.test(local) || reporter.test(from) || reporterName.test(from))
    return subject || text || original.length > 0;
  const isNull = /^<\s*>/.test(fieldOf(header, "return-path") ?? "");
  return text && (subject || (isNull && original.length > 0));
}

/** The part of the words that is about one recipient. */
function diagnosticOf(words: string, { at }: Found, all: readonly Found[]): string {
  if (at < 0) return words;
  const next =
    all
      .map((one) => one.at)
      .filter((other) => other > at)
      .sort((a, b) => a - b)[0] ?? words.length;
  const own = words.slice(at, next);
  return statusIn(own) === undefined && replyCodeIn(own) === undefined && own.trim().split("\n").length < 2
    ? `${own}\n${words}`
    : own;
}

const statusFields =
  /^((?:[ \t]*(?:reporting-mta|final-recipient|original-recipient|action|status)[ \t]*:)(?=[\s\S]*?^[ \t]*(?:final|original)-recipient[ \t]*:)[\s\S]*)/im;

/**
 * What a report without a delivery status says of its recipients, and the header of the mail that came back with it;
 * `undefined` if the mail is no such report.
 */
export function readBounceText(
  report: Report,
): { readonly recipients: readonly RecipientStatus[]; readonly original: readonly Field[] } | undefined {
  const { words, original: within } = apart(report.text);
  const original = report.original.length > 0 ? report.original : within;
  if (!isReport(report, words, original)) return undefined;
  // The fields of a delivery status, in a part for people.
  const [, fields = ""] = statusFields.exec(report.text) ?? [];
  const status =
    fields === "" ? [] : readDeliveryStatus(apart(fields).words.replace(/^[ \t]+(?=[\w-]+:)/gm, ""));
  if (status.length > 0) return { recipients: status, original };
  const found = recipientsOf(report, words, original);
  const subject = fieldOf(report.header, "subject") ?? "";
  const waits = (delayed.test(words) || delayed.test(subject)) && !givenUp.test(words);
  const recipients = found.map((one): RecipientStatus => {
    const text = diagnosticOf(words, one, found).replace(/\s+/g, " ").trim().slice(0, 1_000);
    // sendmail tells whom an alias led to, and which address that was.
    const [, alias] =
      /^\S{0,320}[^\n]{0,400}?\(expanded from: <?([^\s<>()]{1,320}@[^\s<>()]{1,255})>?\)/.exec(text) ?? [];
    return {
      recipient: alias ?? one.address,
      action: waits ? "delayed" : "failed",
      status: statusIn(text) ?? statusIn(words),
      replyCode: replyCodeIn(text) ?? replyCodeIn(words),
      diagnostic: text,
    };
  });
  return { recipients, original };
}
