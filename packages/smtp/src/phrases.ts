/** A wording that tells two things apart where codes do not. */
export interface Phrase {
  readonly means:
    | "daily-quota"
    | "too-fast"
    | "greylisted"
    | "mailbox-full"
    | "too-many-recipients"
    | "sender"
    | "no-such-user";
  readonly pattern: RegExp;
  /** Whose wording it is, or where it is written down. */
  readonly source: string;
  /** How long to leave the server alone, in ms, where the meaning implies a time. */
  readonly waitMs?: number;
}

// Nobody says when a quota has room again. They are counted over a sliding day, so some room may come at any time:
// one probe an hour finds it without hammering. A minute for logins is the shortest that lock-outs are seen to last.
const hourMs = 3_600_000;
const minuteMs = 60_000;
const secondMs = 1_000;

/**
 * Every wording that decides anything, with its source; the first that fits is taken. Codes come first wherever they
 * are enough: see `replyRules`.
 */
export const phrases: readonly Phrase[] = Object.freeze([
  {
    means: "daily-quota",
    pattern: /daily message quota exceeded/i,
    waitMs: hourMs,
    source: "Amazon SES SMTP: 454 Throttling failure",
  },
  {
    means: "daily-quota",
    pattern: /daily (?:user |smtp )?(?:sending|relay) (?:limit|quota)/i,
    waitMs: hourMs,
    source: "Gmail: 550 5.4.5",
  },
  {
    means: "daily-quota",
    pattern: /reached your daily limit for message recipients/i,
    waitMs: hourMs,
    source: "Exchange Online: 5.1.90",
  },
  {
    means: "too-fast",
    pattern: /maximum sending rate exceeded|throttling failure/i,
    waitMs: secondMs,
    source: "Amazon SES SMTP: 454 Throttling failure",
  },
  { means: "too-fast", pattern: /too many login attempts/i, waitMs: minuteMs, source: "Gmail: 454 4.7.0" },
  { means: "too-fast", pattern: /unusual rate of/i, waitMs: minuteMs, source: "Gmail: 421 4.7.28" },
  {
    means: "too-fast",
    pattern:
      /too many connections from|too much mail from|too many recipients from|too many (?:new )?TLS sessions from/i,
    waitMs: secondMs,
    source: "Postfix smtpd, anvil limits: 421 4.7.0, 450 4.7.1",
  },
  {
    means: "too-fast",
    pattern: /sender thread limit exceeded|concurrent connections limit/i,
    waitMs: secondMs,
    source: "Exchange Online: 432 4.3.2",
  },
  {
    means: "too-fast",
    pattern: /(?:sending |message |submission )?rate.?limit|too many (?:messages|emails|requests)|throttl/i,
    waitMs: secondMs,
    source: "wording of many relays: rate limited, too many messages",
  },
  {
    means: "greylisted",
    pattern: /gr[ae]y-?list/i,
    source: "Postgrey: 450 4.2.0 Greylisted; Exim and rspamd greylisting",
  },
  {
    means: "mailbox-full",
    pattern:
      /(?:mailbox|inbox|quota|storage)\b.{0,40}\b(?:full|exceeded|out of (?:storage|space))|over ?quota/i,
    source: "Dovecot: Quota exceeded (mailbox for user is full); Gmail: 552 5.2.2; Cyrus: over quota",
  },
  {
    means: "too-many-recipients",
    pattern: /too many recipients/i,
    source: "RFC 5321, 4.5.3.1.10: 452 too many recipients; Postfix, Sendmail, Exchange",
  },
  {
    means: "sender",
    pattern: /sender (?:address|verify|verification|rejected|denied)|mail from|return.?path/i,
    source: "Postfix: Sender address rejected, also at RCPT (smtpd_delay_reject); Exim: Sender verify failed",
  },
  {
    means: "no-such-user",
    pattern: /no such (?:user|recipient|mailbox|address|account|person)/i,
    source: "RFC 5321, appendix D: 550 No such user here",
  },
  {
    means: "no-such-user",
    pattern:
      /(?:user|recipient|mailbox|account|address)(?: \S+)? (?:is )?(?:unknown|not found|not known|does(?: not|n't) exist|not exist)/i,
    source:
      "Postfix: User unknown in local recipient table; Sendmail: User unknown; Exchange: recipient not found",
  },
  {
    means: "no-such-user",
    pattern: /(?:unknown|invalid|nonexistent|non-existent) (?:user|recipient|mailbox|local[ -]part|account)/i,
    source: "Exim, hMailServer, Zimbra: unknown user, invalid recipient",
  },
  {
    means: "no-such-user",
    pattern:
      /account that you tried to reach does not exist|(?:account|mailbox) (?:that you tried to reach )?is (?:disabled|inactive)/i,
    source: "Gmail: 550 5.1.1, 550 5.2.1",
  },
  {
    means: "no-such-user",
    pattern: /no mailbox here by that name/i,
    source: "qmail, vpopmail: 550 sorry, no mailbox here by that name",
  },
  {
    means: "no-such-user",
    pattern: /access denied\.? AS\(/i,
    source: "Exchange Online, Directory-Based Edge Blocking: 550 5.4.1",
  },
  { means: "no-such-user", pattern: /unrouteable address/i, source: "Exim: 550 Unrouteable address" },
  {
    means: "no-such-user",
    pattern: /user not local|mailbox name not allowed/i,
    source: "RFC 5321, 4.2.3: 551, 553",
  },
  {
    means: "no-such-user",
    pattern: /bad (?:recipient |destination )?(?:mailbox )?address syntax/i,
    source: "Postfix: 501 5.1.3 Bad recipient address syntax",
  },
]);
