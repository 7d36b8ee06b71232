import { hourMs, minuteMs, secondMs } from "./durations.ts";

/** A wording that tells two things apart where codes do not. */
export interface Phrase {
  readonly means:
    | "daily-quota"
    | "too-fast"
    | "paused"
    | "messages-of-connection"
    | "connections"
    | "greylisted"
    | "receives-too-much"
    | "mailbox-full"
    | "too-many-recipients"
    | "separate-recipient"
    | "relay-denied"
    | "name-refused"
    | "sender"
    | "policy"
    | "moved"
    | "no-such-host"
    | "edge-blocked"
    | "no-such-user";
  readonly pattern: RegExp;
  /** Whose wording it is, or where it is written down. */
  readonly source: string;
  /** How long to leave the server alone, in ms, where the text itself names no time. */
  readonly waitMs?: number;
}

// No reply says when a quota has room again. Quotas are counted over a sliding day, so some room may come at any time:
// one probe an hour finds it without hammering. A minute for logins is the shortest that lock-outs are seen to last.

/**
 * Every wording that decides anything, with its source; the first that fits is taken. Codes come first wherever they
 * are enough: see `replyRules`. Gaps are bounded: a reply may be long and hostile.
 */
// biome-ignore format: one row a line
export const phrases: readonly Phrase[] = Object.freeze<Phrase[]>([
  // Our account, our rate, our connections.
  { means: "messages-of-connection", pattern: /^(?=.{0,1000}\b(?:too many|max(?:imum)?|limit|exceed|reach|enough)).{0,1000}\b(?:messages?|e-?mails?|mails?|deliveries|transactions?)\b.{0,60}\b(?:per|in|for|on|over|during|within|of|from) (?:(?:this|one|an?|the|each|single|your|same|current) ){0,3}(?:smtp |tcp |mail )?(?:connections?|sessions?)\b/i, source: "Exim, smtp_accept_max_per_connection: 421 too many messages in this connection; SendGrid; Yahoo" },
  { means: "messages-of-connection", pattern: /\b(?:connection|session)\b.{0,30}\b(?:message|mail|e-?mail|transaction)s? (?:limit|count|quota)/i, source: "Sendmail and others: the session has reached its message limit" },
  { means: "connections", pattern: /^(?!.{0,500}\btls\b)(?!.{0,500}(?:per|an?|each|every|\/) ?(?:second|minute|hour|day)).{0,1000}\btoo many (?:[\w-]{1,20} ){0,4}(?:connections?|sessions?)\b/i, source: "Postfix smtpd, anvil: 421 4.7.0 too many connections from; Exim: too many concurrent SMTP connections" },
  { means: "connections", pattern: /\b(?:concurrent|simultaneous|parallel|open|maximum|max)\b.{0,30}\b(?:connections?|sessions?)\b.{0,40}\b(?:limit|exceed|reach|allowed)|\b(?:limit|exceed|reach|too many|maximum)\w{0,4}\b.{0,40}\b(?:concurrent|simultaneous|parallel) (?:smtp )?(?:connections?|sessions?)|\bconnections? (?:count |number )?(?:limit|exceed)|\bconnections simultaneously\b|sender thread limit exceeded/i, source: "Exchange Online: 432 4.3.2 Concurrent connections limit exceeded; NetEase: 421 MI:DMC" },
  { means: "daily-quota", pattern: /daily message quota exceeded/i, waitMs: hourMs, source: "Amazon SES SMTP: 454 Throttling failure" },
  { means: "daily-quota", pattern: /reached (?:your|a|the|its) (?:\w{1,12} ){0,2}limit (?:for|of|on) (?:sending|message|outgoing|e-?mail)|limit for sending (?:mail|e-?mail|message)/i, waitMs: hourMs, source: "Exchange Online: 5.1.90; Gmail: 550 5.4.5 You have reached a limit for sending mail" },
  { means: "daily-quota", pattern: /(?:maximum |e?-?mail )?credits? (?:limit |balance )?(?:is |are |has been |have been )?(?:exceeded|exhausted|used up|depleted)|(?:out of|insufficient|no) (?:\w{1,10} )?credits?\b|upgrade (?:your|to) .{0,20}(?:plan|account)|(?:monthly|trial|plan|free)\b.{0,30}\b(?:limit|quota|allowance)\b/i, waitMs: hourMs, source: "SendGrid: Maximum credits exceeded; Mailtrap: The email limit is reached, upgrade your plan; SMTP2GO" },
  { means: "daily-quota", pattern: /^(?!.{0,500}\b(?:storage|disk|size|bytes|[kmg]b)\b).{0,1000}(?:\b(?:sending|sent|send|submission|outbound|outgoing|relay(?:ing)?|smtp|messaging|transmission)\b[ _.-]{0,2}(?:[\w-]{1,15}[ _-]){0,3}(?:limits?|quotas?|allowance)|submission.?quota)/i, waitMs: hourMs, source: "Gmail: Daily user sending limit exceeded; Exchange Online: SubmissionQuotaExceededException; Plesk; Zoho" },
  { means: "too-fast", pattern: /maximum sending rate exceeded|throttling failure/i, waitMs: secondMs, source: "Amazon SES SMTP: 454 Throttling failure" },
  { means: "too-fast", pattern: /too many (?:\w{1,10} ){0,2}log-?ins?|too many (?:\w{1,14} ){0,2}(?:log-?in|auth\w{0,12}) (?:attempts?|failures?)/i, waitMs: minuteMs, source: "Gmail: 454 4.7.0" },
  { means: "too-fast", pattern: /unusual (?:rate of|sending activity)/i, waitMs: minuteMs, source: "Gmail: 421 4.7.28; Zoho: 550 5.4.6 Unusual sending activity detected" },
  { means: "too-fast", pattern: /\[TSS0?\d\]|\bdeferred due to (?:unexpected volume|user complaints)|unexpected volume/i, waitMs: 5 * minuteMs, source: "Yahoo, Sender Hub, SMTP error codes: 421 4.7.0 [TSS04]" },
  { means: "too-fast", pattern: /too many connections from|too much mail from|too many recipients from|too many (?:new )?TLS sessions from/i, waitMs: secondMs, source: "Postfix smtpd, anvil limits: 421 4.7.0, 450 4.7.1" },
  { means: "too-fast", pattern: /^(?=.{0,1000}(?:exceed|limit|too many|too much|\bmax|\bonly\b|quota|reach|allow|restrict|more than|\brate\b|throttl)).{0,1000}\b(?:messages?|e-?mails?|mails?|recipients?|rcpts?|sends?|submissions?|requests?|deliveries|defers|failures|connections?|sender)\b.{0,60}(?:\b(?:per|each|every|an?|one|in (?:an?|one|\d{1,3})|within (?:an?|one|\d{1,3})|(?:the )?(?:past|last|current)|this|in \d{1,3})|\/|\d)[ -]?(?:second|sec|minute|min|hour|hr|day|24[ -]?h(?:ou)?r?|week|month)s?\b/i, source: "cPanel and Exim: max emails per hour; OVH: Number messages per hour exceeded; Mailtrap: too many emails per second" },
  { means: "too-fast", pattern: /\b(?:hourly|daily|weekly|monthly|hour|day|minute|second|24[ -]?h(?:ou)?r?s?)[ -]{1,2}(?:[\w-]{1,15} ){0,4}(?:limits?|quotas?|cap|allowance|maximum|threshold|rate)\b|\b(?:limits?|quotas?|maximum|cap|allowance|threshold)\b.{0,60}(?:\b(?:per|an|each|every)|\/) ?(?:second|minute|hour|day|24 ?h)|\b(?:limits?|quotas?)\b.{0,30}\bfor (?:today|the day|this hour)/i, source: "GoDaddy: exceeded its 24-hour sending limit; Exchange Online: message rate per minute; HostGator: exceeded hour limit" },
  { means: "too-fast", pattern: /rate.?limit|\brates? (?:is |has been )?exceed|exceed\w{0,3} (?:the |your |its |a )?(?:[\w-]{1,15} ){0,3}rate\b|throttl/i, source: "rspamd, Mimecast, Mail.ru, Comcast: rate limited, throttled" },
  { means: "too-fast", pattern: /(?<!receiv\w{1,3} )too many (?:outgoing |outbound )?(?:messages?|e-?mails?|mails?|requests|submissions)\b|too (?:fast|quickly|frequent(?:ly)?|often)\b|slow(?:ing)? down\b|\bflood(?:ing)?\b|frequency (?:is )?(?:limit|control|exceed)|sends? too much|quota exceeded by|policy[^.]{0,30}quota/i, source: "QQ: 550 Domain frequency limited; iRedAPD and policyd; wording of many relays: too many messages" },
  { means: "too-fast", pattern: /^(?!.{0,500}\b(?:mailbox|inbox|storage|disk|size|bytes|[kmg]b|attachments?|hops?|recipients?)\b).{0,500}\b(?:your?|you'?ve|sender|user|account|domain|organi[sz]ation)\b.{0,60}\b(?:exceeded|reached|hit|over)\b.{0,40}\b(?:limits?|quotas?|allowance|maximum)\b/i, waitMs: hourMs, source: "SendGrid: You've exceeded your messaging limits; Mailgun; Exchange Online: Organization queue quota exceeded" },
  { means: "paused", pattern: /\byour (?:\w{1,12} ){0,2}account\b.{0,40}\b(?:suspended|disabled|blocked|locked|deactivated|paused|terminated|not (?:yet )?activ)|activate your .{0,20}account|\b(?:outgoing|outbound|sending)\b.{0,30}\b(?:blocked|suspended|disabled|paused|turned off)\b|account (?:is |has been )?(?:suspended|disabled|blocked) (?:from|for) sending/i, source: "Brevo: your SMTP account is not yet activated; Zoho: 554 5.1.8 Email Outgoing Blocked; Mailgun: account disabled" },
  // Our name, our sender, this mail, and greylisting.
  { means: "greylisted", pattern: /gr[ae]y-?list/i, source: "Postgrey: 450 4.2.0 Greylisted; Exim and rspamd greylisting" },
  { means: "name-refused", pattern: /\((?:EHLO|HELO)\)|\b(?:EHLO|HELO)\b(?: command)? (?:rejected|invalid|name (?:rejected|invalid))|invalid (?:EHLO|HELO)|need fully-qualified hostname/i, source: "Gmail relay: 421 4.7.0 Try again later, closing connection. (EHLO); Postfix: Helo command rejected" },
  { means: "relay-denied", pattern: /\b(?:relay(?:ing)?|relayed)\b.{0,30}\b(?:denied|not (?:permitted|allowed|accepted)|prohibited|disallowed|disabled|refused|rejected)|(?:unable|not permitted|not allowed|cannot|can't|do not|don't|won't) (?:to )?relay|\bno relay|allowed rcpthosts/i, source: "Postfix: 454 4.7.1, 554 5.7.1 Relay access denied; Exchange: 550 5.7.54 Unable to relay" },
  { means: "sender", pattern: /\bsender(?:'s)? (?:address|domain|verify|verification|rejected|denied|unknown)|domain of sender|mail from|return.?path|\bsender\b.{0,60}\b(?:does not exist|not found|invalid)/i, source: "Postfix: Sender address rejected, also at RCPT (smtpd_delay_reject); Exim: Sender verify failed" },
  { means: "policy", pattern: /\bspam|black ?list|block ?list|\bblocked\b|\bd?n?s?rbl\b|dnsbl|reputation|\bspf\b|\bdkim\b|\bdmarc\b|\bvirus|quarantin|content|client host|\bptr\b|reverse dns|\bbanned\b|\byour ip\b|ip address|\bhelo\b|unauthenticated|poor|too many (?:invalid|unknown|bad)/i, source: "Spamhaus, SORBS, Exchange and others, where they answer with the code of a mailbox" },
  // A recipient: its mailbox, its address, its host; and how many of them.
  { means: "receives-too-much", pattern: /\breceiving (?:e?-?mail|messages?)\b.{0,40}\b(?:too|rate)\b|\brate that prevents additional messages|\bexceed\w{0,3} (?:its |their |the )?receiv|\b(?:recipient|user|mailbox)\b.{0,60}\breceiv\w{1,5}\b.{0,60}\b(?:rate|too (?:many|fast|quickly|much)|per hour|an hour)\b|\brecipient'?s?\b.{0,40}\breceive (?:limit|rate)/i, source: "Gmail: 450 4.2.1 receiving mail too quickly, 550 5.2.1 at a rate that; Exchange Online: 550 5.2.121" },
  { means: "mailbox-full", pattern: /(?:mailbox|inbox|quota|storage|disk)\b.{0,40}\b(?:full|exceed\w{0,3}|out of (?:storage|space)|over|reached)|over ?quota|(?:exceed\w{0,3}|over|beyond) (?:\w{1,10} ){0,3}(?:quota|storage|disk space)|mail(?:box|folder)?(?: \S{1,60})? is full|(?:user|account|recipient)\b.{0,30}\b(?:is full|disk (?:quota|space))|not enough (?:space|storage|room|disk)|insufficient (?:disk|mailbox)/i, source: "Dovecot: Quota exceeded (mailbox for user is full); Gmail: 552 5.2.2; Cyrus: over quota" },
  { means: "separate-recipient", pattern: /(?:try|send|put)\b.{0,40}\brecipient\b.{0,30}\b(?:separate|different|another|own) (?:transaction|message|session)|multiple (?:destination|recipient) domains|belong to multiple/i, source: "Gmail: 451 4.3.0 Multiple destination domains per transaction is unsupported; Exchange Online: 452 4.5.3" },
  { means: "too-many-recipients", pattern: /too many (?:recipients|rcpts?|receivers|addressees)|\b(?:max(?:imum)?|limit|exceed\w{0,3}|more than|number)\b.{0,40}\b(?:recipients?|rcpts?)\b|\b(?:recipients?|rcpts?)\b.{0,30}\b(?:limit|exceed|maximum|count)/i, source: "RFC 5321, 4.5.3.1.10: 452 too many recipients; Postfix, Sendmail, Exchange" },
  { means: "edge-blocked", pattern: /\baccess denied\b|mailbox unavailable|\baddress rejected\b/i, source: "Exchange Online: 550 5.4.1 Access denied; Outlook.com: 550 5.5.0 mailbox unavailable; Cisco: #5.1.0" },
  { means: "moved", pattern: /\b(?:has|have) (?:moved|been replaced)|\bnot our (?:user|customer|client)|no longer (?:valid|with|at|works|active|exists?|in use|employed|on (?:this|our) (?:server|system))/i, source: "Comcast: 551 not our customer; RFC 5321, 3.4: 551" },
  { means: "no-such-host", pattern: /\b(?:no such|unknown|non-?existent|unrout?e?able) (?:recipient |destination )?(?:host|domain|address|mail (?:host|domain))\b|\b(?:host|domain)(?: or domain)?(?: name)?(?: \S{1,80})? (?:is )?(?:unknown|(?:was |is )?not (?:found|known|reachable)|does(?: not|n't) exist|not exist)\b|domain must exist/i, source: "Exim: 550 Unrouteable address; Sendmail: 550 Host unknown; Postfix: Domain not found" },
  { means: "no-such-user", pattern: /\bno (?:such |valid )?(?:[\w-]{1,12} ){0,2}(?:alias|accounts?|recipients?|address(?:es|ee)?|e-?mail(?: address)?|mail-?box|mail box|user(?:name| ?id)?|users|person|customer|local[ -]?part|mail drop|subscriber)\b|\bno such (?:id|one|local)\b/i, source: "RFC 5321, appendix D: 550 No such user here; qmail: no mailbox here by that name" },
  { means: "no-such-user", pattern: /\b(?:unknown|invalid|illegal|wrong|bad|incorrect|non-?existent|undeliverable|unrecogni[sz]ed|inactive|deactivated|disabled|expired)[ -](?:(?:or|and|\/) ?[\w-]{1,12} )?(?:[\w-]{1,12} ){0,2}(?:alias|accounts?|recipients?|address(?:es|ee)?|e-?mail(?: address)?|mail-?box|mail box|user(?:name| ?id)?|users|person|customer|local[ -]?part|mail drop|subscriber)\b/i, source: "Exim, hMailServer, Zimbra, Sendmail: unknown user, invalid recipient, unknown or illegal alias" },
  { means: "no-such-user", pattern: /\b(?:alias|accounts?|recipients?|address(?:es|ee)?|e-?mail(?: address)?|mail-?box|mail box|user(?:name| ?id)?|users|person|customer|local[ -]?part|mail drop|subscriber)\b(?:[:;,.]? ?["'<([]?[^\s"'<>]{1,80}["'>)\]]?[:;,.]?){0,3}?\s{1,2}(?:(?:is|was|were|are|has been|have been|could|can|seems?) ){0,2}(?:an? )?(?:unknown|unrecogni[sz]ed|invalid|incorrect|undeliverable|closed|disabled|inactive|deactivated|suspended|expired|discontinued|(?:does|do|did|is|was)(?: not|n't) (?:exist|found|known)|cannot be found|not (?:be )?(?:found|known|recogni[sz]ed|valid|active|activated|listed|present|exists?))\b/i, source: "Postfix: User unknown in local recipient table; Exchange: recipient not found; Yahoo: mailbox is disabled" },
  { means: "no-such-user", pattern: /(?:\bnot|n't) (?:an? |be an? |have an? )(?:[\w.-]{1,20} ){0,2}(?:alias|accounts?|recipients?|address(?:es|ee)?|e-?mail(?: address)?|mail-?box|mail box|user(?:name| ?id)?|users|person|customer|local[ -]?part|mail drop|subscriber)\b|(?:can ?not|can't|could not|unable to|does not) (?:deliver (?:mail|message)s? (?:for|to)|find|locate|like|accept|verify) (?:the |that |this )?(?:[\w-]{1,12} )?(?:alias|accounts?|recipients?|address(?:es|ee)?|e-?mail(?: address)?|mail-?box|mail box|user(?:name| ?id)?|users|person|customer|local[ -]?part|mail drop|subscriber)\b|destination addresses were unknown|\b(?:bad|valid)(?:rcpt|recipient)to\b|recipient (?:is )?not (?:local|ok)|not a member of (?:this |the )?domain|address reserved by|userunknown|recip(?:ient)? ?notfound|user path no exist|\bno ?one (?:at|with|here|by)\b|recipient address rejected\.?$|\bno existe\b/i, source: "qmail and its kin: validrcptto; Yahoo: This user doesn't have an account; Lotus Domino" },
  { means: "no-such-user", pattern: /account that you tried to reach does not exist|(?:account|mailbox) (?:that you tried to reach )?is (?:disabled|inactive)/i, source: "Gmail: 550 5.1.1, 550 5.2.1" },
  { means: "no-such-user", pattern: /access denied\b.{0,60}(?:\bAS\(|protection\.outlook\.com)/i, source: "Exchange Online, Directory-Based Edge Blocking: 550 5.4.1" },
  { means: "no-such-user", pattern: /mailbox unavailable \((?:S\d{4,12}|-?\d{1,12}:\d{1,6}:-?\d{1,12})\)/i, source: "Outlook.com: 550 5.5.0 mailbox unavailable (S2017062302)" },
  { means: "no-such-user", pattern: /user not local|mailbox name not allowed/i, source: "RFC 5321, 4.2.3: 551, 553" },
  { means: "no-such-user", pattern: /bad (?:recipient |destination )?(?:mailbox )?address syntax/i, source: "Postfix: 501 5.1.3 Bad recipient address syntax" },
  { means: "no-such-user", pattern: /(?:utilisateur|destinataire|adresse) (?:est )?inconnue?|(?:utente|destinatario) (?:sconosciuto|inesistente)|(?:usuario|destinatario) (?:desconocido|inexistente|no existe)|(?:empf(?:ä|ae|a)nger|benutzer) (?:ist )?unbekannt|nie istnieje|nie ma takiego/i, source: "the same in the languages of Orange, Libero, Terra, T-Online, Onet" },
]);
