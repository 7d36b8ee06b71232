import type { Phrase } from "./phrase.ts";

/** Our name, our sender, this mail, and greylisting. */
export const mailPhrases: readonly Phrase[] = [
  {
    means: "greylisted",
    pattern: /gr[ae]y-?list/i,
    source: "Postgrey: 450 4.2.0 Greylisted; Exim and rspamd greylisting",
  },
  {
    means: "name-refused",
    pattern:
      /\((?:EHLO|HELO)\)|\b(?:EHLO|HELO)\b(?: command)? (?:rejected|invalid|name (?:rejected|invalid))|invalid (?:EHLO|HELO)|need fully-qualified hostname/i,
    source:
      "Gmail relay: 421 4.7.0 Try again later, closing connection. (EHLO); Postfix: Helo command rejected",
  },
  {
    means: "relay-denied",
    pattern:
      /\b(?:relay(?:ing)?|relayed)\b.{0,30}\b(?:denied|not (?:permitted|allowed|accepted)|prohibited|disallowed|disabled|refused|rejected)|(?:unable|not permitted|not allowed|cannot|can't|do not|don't|won't) (?:to )?relay|\bno relay|allowed rcpthosts/i,
    source: "Postfix: 454 4.7.1, 554 5.7.1 Relay access denied; Exchange: 550 5.7.54 Unable to relay",
  },
  {
    means: "sender",
    pattern:
      /\bsender(?:'s)? (?:address|domain|verify|verification|rejected|denied|unknown)|domain of sender|mail from|return.?path|\bsender\b.{0,60}\b(?:does not exist|not found|invalid)/i,
    source: "Postfix: Sender address rejected, also at RCPT (smtpd_delay_reject); Exim: Sender verify failed",
  },
  {
    means: "policy",
    pattern:
      /\bspam|black ?list|block ?list|\bblocked\b|\bd?n?s?rbl\b|dnsbl|reputation|\bspf\b|\bdkim\b|\bdmarc\b|\bvirus|quarantin|content|client host|\bptr\b|reverse dns|\bbanned\b|\byour ip\b|ip address|\bhelo\b|unauthenticated|poor|too many (?:invalid|unknown|bad)/i,
    source: "Spamhaus, SORBS, Exchange and others, where they answer with the code of a mailbox",
  },
];
