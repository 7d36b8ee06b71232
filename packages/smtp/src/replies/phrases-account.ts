import type { Phrase } from "./phrase.ts";

// Nobody says when a quota has room again. They are counted over a sliding day, so some room may come at any time:
// one probe an hour finds it without hammering. A minute for logins is the shortest that lock-outs are seen to last.
const hourMs = 3_600_000;
const minuteMs = 60_000;
const secondMs = 1_000;

/** Our account, our rate, our connections. Gaps are bounded: a reply may be long and hostile. */
export const accountPhrases: readonly Phrase[] = [
  {
    means: "messages-of-connection",
    pattern:
      /^(?=.{0,1000}\b(?:too many|max(?:imum)?|limit|exceed|reach|enough)).{0,1000}\b(?:messages?|e-?mails?|mails?|deliveries|transactions?)\b.{0,60}\b(?:per|in|for|on|over|during|within|of|from) (?:(?:this|one|an?|the|each|single|your|same|current) ){0,3}(?:smtp |tcp |mail )?(?:connections?|sessions?)\b/i,
    source: "Exim, smtp_accept_max_per_connection: 421 too many messages in this connection; SendGrid; Yahoo",
  },
  {
    means: "messages-of-connection",
    pattern:
      /\b(?:connection|session)\b.{0,30}\b(?:message|mail|e-?mail|transaction)s? (?:limit|count|quota)/i,
    source: "Sendmail and others: the session has reached its message limit",
  },
  {
    means: "connections",
    pattern:
      /^(?!.{0,500}\btls\b)(?!.{0,500}(?:per|an?|each|every|\/) ?(?:second|minute|hour|day)).{0,1000}\btoo many (?:[\w-]{1,20} ){0,4}(?:connections?|sessions?)\b/i,
    source:
      "Postfix smtpd, anvil: 421 4.7.0 too many connections from; Exim: too many concurrent SMTP connections",
  },
  {
    means: "connections",
    pattern:
      /\b(?:concurrent|simultaneous|parallel|open|maximum|max)\b.{0,30}\b(?:connections?|sessions?)\b.{0,40}\b(?:limit|exceed|reach|allowed)|\b(?:limit|exceed|reach|too many|maximum)\w{0,4}\b.{0,40}\b(?:concurrent|simultaneous|parallel) (?:smtp )?(?:connections?|sessions?)|\bconnections? (?:count |number )?(?:limit|exceed)|\bconnections simultaneously\b|sender thread limit exceeded/i,
    source: "Exchange Online: 432 4.3.2 Concurrent connections limit exceeded; NetEase: 421 MI:DMC",
  },
  {
    means: "daily-quota",
    pattern: /daily message quota exceeded/i,
    waitMs: hourMs,
    source: "Amazon SES SMTP: 454 Throttling failure",
  },
  {
    means: "daily-quota",
    pattern:
      /reached (?:your|a|the|its) (?:\w{1,12} ){0,2}limit (?:for|of|on) (?:sending|message|outgoing|e-?mail)|limit for sending (?:mail|e-?mail|message)/i,
    waitMs: hourMs,
    source: "Exchange Online: 5.1.90; Gmail: 550 5.4.5 You have reached a limit for sending mail",
  },
  {
    means: "daily-quota",
    pattern:
      /(?:maximum |e?-?mail )?credits? (?:limit |balance )?(?:is |are |has been |have been )?(?:exceeded|exhausted|used up|depleted)|(?:out of|insufficient|no) (?:\w{1,10} )?credits?\b|upgrade (?:your|to) .{0,20}(?:plan|account)|(?:monthly|trial|plan|free)\b.{0,30}\b(?:limit|quota|allowance)\b/i,
    waitMs: hourMs,
    source:
      "SendGrid: Maximum credits exceeded; Mailtrap: The email limit is reached, upgrade your plan; SMTP2GO",
  },
  {
    means: "daily-quota",
    pattern:
      /^(?!.{0,500}\b(?:storage|disk|size|bytes|[kmg]b)\b).{0,1000}(?:\b(?:sending|sent|send|submission|outbound|outgoing|relay(?:ing)?|smtp|messaging|transmission)\b[ _.-]{0,2}(?:[\w-]{1,15}[ _-]){0,3}(?:limits?|quotas?|allowance)|submission.?quota)/i,
    waitMs: hourMs,
    source:
      "Gmail: Daily user sending limit exceeded; Exchange Online: SubmissionQuotaExceededException; Plesk; Zoho",
  },
  {
    means: "too-fast",
    pattern: /maximum sending rate exceeded|throttling failure/i,
    waitMs: secondMs,
    source: "Amazon SES SMTP: 454 Throttling failure",
  },
  {
    means: "too-fast",
    pattern:
      /too many (?:\w{1,10} ){0,2}log-?ins?|too many (?:\w{1,14} ){0,2}(?:log-?in|auth\w{0,12}) (?:attempts?|failures?)/i,
    waitMs: minuteMs,
    source: "Gmail: 454 4.7.0",
  },
  {
    means: "too-fast",
    pattern: /unusual (?:rate of|sending activity)/i,
    waitMs: minuteMs,
    source: "Gmail: 421 4.7.28; Zoho: 550 5.4.6 Unusual sending activity detected",
  },
  {
    means: "too-fast",
    pattern: /\[TSS0?\d\]|\bdeferred due to (?:unexpected volume|user complaints)|unexpected volume/i,
    waitMs: 5 * minuteMs,
    source: "Yahoo, Sender Hub, SMTP error codes: 421 4.7.0 [TSS04]",
  },
  {
    means: "too-fast",
    pattern:
      /too many connections from|too much mail from|too many recipients from|too many (?:new )?TLS sessions from/i,
    waitMs: secondMs,
    source: "Postfix smtpd, anvil limits: 421 4.7.0, 450 4.7.1",
  },
  {
    means: "too-fast",
    pattern:
      /^(?=.{0,1000}(?:exceed|limit|too many|too much|\bmax|\bonly\b|quota|reach|allow|restrict|more than|\brate\b|throttl)).{0,1000}\b(?:messages?|e-?mails?|mails?|recipients?|rcpts?|sends?|submissions?|requests?|deliveries|defers|failures|connections?|sender)\b.{0,60}(?:\b(?:per|each|every|an?|one|in (?:an?|one|\d{1,3})|within (?:an?|one|\d{1,3})|(?:the )?(?:past|last|current)|this|in \d{1,3})|\/|\d)[ -]?(?:second|sec|minute|min|hour|hr|day|24[ -]?h(?:ou)?r?|week|month)s?\b/i,
    source:
      "cPanel and Exim: max emails per hour; OVH: Number messages per hour exceeded; Mailtrap: too many emails per second",
  },
  {
    means: "too-fast",
    pattern:
      /\b(?:hourly|daily|weekly|monthly|hour|day|minute|second|24[ -]?h(?:ou)?r?s?)[ -]{1,2}(?:[\w-]{1,15} ){0,4}(?:limits?|quotas?|cap|allowance|maximum|threshold|rate)\b|\b(?:limits?|quotas?|maximum|cap|allowance|threshold)\b.{0,60}(?:\b(?:per|an|each|every)|\/) ?(?:second|minute|hour|day|24 ?h)|\b(?:limits?|quotas?)\b.{0,30}\bfor (?:today|the day|this hour)/i,
    source:
      "GoDaddy: exceeded its 24-hour sending limit; Exchange Online: message rate per minute; HostGator: exceeded hour limit",
  },
  {
    means: "too-fast",
    pattern:
      /rate.?limit|\brates? (?:is |has been )?exceed|exceed\w{0,3} (?:the |your |its |a )?(?:[\w-]{1,15} ){0,3}rate\b|throttl/i,
    source: "rspamd, Mimecast, Mail.ru, Comcast: rate limited, throttled",
  },
  {
    means: "too-fast",
    pattern:
      /(?<!receiv\w{1,3} )too many (?:outgoing |outbound )?(?:messages?|e-?mails?|mails?|requests|submissions)\b|too (?:fast|quickly|frequent(?:ly)?|often)\b|slow(?:ing)? down\b|\bflood(?:ing)?\b|frequency (?:is )?(?:limit|control|exceed)|sends? too much|quota exceeded by|policy[^.]{0,30}quota/i,
    source:
      "QQ: 550 Domain frequency limited; iRedAPD and policyd; wording of many relays: too many messages",
  },
  {
    means: "too-fast",
    pattern:
      /^(?!.{0,500}\b(?:mailbox|inbox|storage|disk|size|bytes|[kmg]b|attachments?|hops?|recipients?)\b).{0,500}\b(?:your?|you'?ve|sender|user|account|domain|organi[sz]ation)\b.{0,60}\b(?:exceeded|reached|hit|over)\b.{0,40}\b(?:limits?|quotas?|allowance|maximum)\b/i,
    waitMs: hourMs,
    source:
      "SendGrid: You've exceeded your messaging limits; Mailgun; Exchange Online: Organization queue quota exceeded",
  },
  {
    means: "paused",
    pattern:
      /\byour (?:\w{1,12} ){0,2}account\b.{0,40}\b(?:suspended|disabled|blocked|locked|deactivated|paused|terminated|not (?:yet )?activ)|activate your .{0,20}account|\b(?:outgoing|outbound|sending)\b.{0,30}\b(?:blocked|suspended|disabled|paused|turned off)\b|account (?:is |has been )?(?:suspended|disabled|blocked) (?:from|for) sending/i,
    source:
      "Brevo: your SMTP account is not yet activated; Zoho: 554 5.1.8 Email Outgoing Blocked; Mailgun: account disabled",
  },
];
