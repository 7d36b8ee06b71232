import type { Phrase } from "./phrase.ts";

/** A recipient: its mailbox, its address, its host; and how many of them. */
export const recipientPhrases: readonly Phrase[] = [
  {
    means: "receives-too-much",
    pattern:
      /\breceiving (?:e?-?mail|messages?)\b.{0,40}\b(?:too|rate)\b|\brate that prevents additional messages|\bexceed\w{0,3} (?:its |their |the )?receiv|\b(?:recipient|user|mailbox)\b.{0,60}\breceiv\w{1,5}\b.{0,60}\b(?:rate|too (?:many|fast|quickly|much)|per hour|an hour)\b|\brecipient'?s?\b.{0,40}\breceive (?:limit|rate)/i,
    source:
      "Gmail: 450 4.2.1 receiving mail too quickly, 550 5.2.1 at a rate that; Exchange Online: 550 5.2.121",
  },
  {
    means: "mailbox-full",
    pattern:
      /(?:mailbox|inbox|quota|storage|disk)\b.{0,40}\b(?:full|exceed\w{0,3}|out of (?:storage|space)|over|reached)|over ?quota|(?:exceed\w{0,3}|over|beyond) (?:\w{1,10} ){0,3}(?:quota|storage|disk space)|mail(?:box|folder)?(?: \S{1,60})? is full|(?:user|account|recipient)\b.{0,30}\b(?:is full|disk (?:quota|space))|not enough (?:space|storage|room|disk)|insufficient (?:disk|mailbox)/i,
    source: "Dovecot: Quota exceeded (mailbox for user is full); Gmail: 552 5.2.2; Cyrus: over quota",
  },
  {
    means: "separate-recipient",
    pattern:
      /(?:try|send|put)\b.{0,40}\brecipient\b.{0,30}\b(?:separate|different|another|own) (?:transaction|message|session)|multiple (?:destination|recipient) domains|belong to multiple/i,
    source:
      "Gmail: 451 4.3.0 Multiple destination domains per transaction is unsupported; Exchange Online: 452 4.5.3",
  },
  {
    means: "too-many-recipients",
    pattern:
      /too many (?:recipients|rcpts?|receivers|addressees)|\b(?:max(?:imum)?|limit|exceed\w{0,3}|more than|number)\b.{0,40}\b(?:recipients?|rcpts?)\b|\b(?:recipients?|rcpts?)\b.{0,30}\b(?:limit|exceed|maximum|count)/i,
    source: "RFC 5321, 4.5.3.1.10: 452 too many recipients; Postfix, Sendmail, Exchange",
  },
  {
    means: "edge-blocked",
    pattern: /\baccess denied\b|mailbox unavailable|\baddress rejected\b/i,
    source:
      "Exchange Online: 550 5.4.1 Access denied; Outlook.com: 550 5.5.0 mailbox unavailable; Cisco: #5.1.0",
  },
  {
    means: "moved",
    pattern:
      /\b(?:has|have) (?:moved|been replaced)|\bnot our (?:user|customer|client)|no longer (?:valid|with|at|works|active|exists?|in use|employed|on (?:this|our) (?:server|system))/i,
    source: "Comcast: 551 not our customer; RFC 5321, 3.4: 551",
  },
  {
    means: "no-such-host",
    pattern:
      /\b(?:no such|unknown|non-?existent|unrout?e?able) (?:recipient |destination )?(?:host|domain|address|mail (?:host|domain))\b|\b(?:host|domain)(?: or domain)?(?: name)?(?: \S{1,80})? (?:is )?(?:unknown|(?:was |is )?not (?:found|known|reachable)|does(?: not|n't) exist|not exist)\b|domain must exist/i,
    source: "Exim: 550 Unrouteable address; Sendmail: 550 Host unknown; Postfix: Domain not found",
  },
  {
    means: "no-such-user",
    pattern:
      /\bno (?:such |valid )?(?:[\w-]{1,12} ){0,2}(?:alias|accounts?|recipients?|address(?:es|ee)?|e-?mail(?: address)?|mail-?box|mail box|user(?:name| ?id)?|users|person|customer|local[ -]?part|mail drop|subscriber)\b|\bno such (?:id|one|local)\b/i,
    source: "RFC 5321, appendix D: 550 No such user here; qmail: no mailbox here by that name",
  },
  {
    means: "no-such-user",
    pattern:
      /\b(?:unknown|invalid|illegal|wrong|bad|incorrect|non-?existent|undeliverable|unrecogni[sz]ed|inactive|deactivated|disabled|expired)[ -](?:(?:or|and|\/) ?[\w-]{1,12} )?(?:[\w-]{1,12} ){0,2}(?:alias|accounts?|recipients?|address(?:es|ee)?|e-?mail(?: address)?|mail-?box|mail box|user(?:name| ?id)?|users|person|customer|local[ -]?part|mail drop|subscriber)\b/i,
    source: "Exim, hMailServer, Zimbra, Sendmail: unknown user, invalid recipient, unknown or illegal alias",
  },
  {
    means: "no-such-user",
    pattern:
      /\b(?:alias|accounts?|recipients?|address(?:es|ee)?|e-?mail(?: address)?|mail-?box|mail box|user(?:name| ?id)?|users|person|customer|local[ -]?part|mail drop|subscriber)\b(?:[:;,.]? ?["'<([]?[^\s"'<>]{1,80}["'>)\]]?[:;,.]?){0,3}?\s{1,2}(?:(?:is|was|were|are|has been|have been|could|can|seems?) ){0,2}(?:an? )?(?:unknown|unrecogni[sz]ed|invalid|incorrect|undeliverable|closed|disabled|inactive|deactivated|suspended|expired|discontinued|(?:does|do|did|is|was)(?: not|n't) (?:exist|found|known)|cannot be found|not (?:be )?(?:found|known|recogni[sz]ed|valid|active|activated|listed|present|exists?))\b/i,
    source:
      "Postfix: User unknown in local recipient table; Exchange: recipient not found; Yahoo: mailbox is disabled",
  },
  {
    means: "no-such-user",
    pattern:
      /(?:\bnot|n't) (?:an? |be an? |have an? )(?:[\w.-]{1,20} ){0,2}(?:alias|accounts?|recipients?|address(?:es|ee)?|e-?mail(?: address)?|mail-?box|mail box|user(?:name| ?id)?|users|person|customer|local[ -]?part|mail drop|subscriber)\b|(?:can ?not|can't|could not|unable to|does not) (?:deliver (?:mail|message)s? (?:for|to)|find|locate|like|accept|verify) (?:the |that |this )?(?:[\w-]{1,12} )?(?:alias|accounts?|recipients?|address(?:es|ee)?|e-?mail(?: address)?|mail-?box|mail box|user(?:name| ?id)?|users|person|customer|local[ -]?part|mail drop|subscriber)\b|destination addresses were unknown|\b(?:bad|valid)(?:rcpt|recipient)to\b|recipient (?:is )?not (?:local|ok)|not a member of (?:this |the )?domain|address reserved by|userunknown|recip(?:ient)? ?notfound|user path no exist|\bno ?one (?:at|with|here|by)\b|recipient address rejected\.?$|\bno existe\b/i,
    source: "qmail and its kin: validrcptto; Yahoo: This user doesn't have an account; Lotus Domino",
  },
  {
    means: "no-such-user",
    pattern:
      /account that you tried to reach does not exist|(?:account|mailbox) (?:that you tried to reach )?is (?:disabled|inactive)/i,
    source: "Gmail: 550 5.1.1, 550 5.2.1",
  },
  {
    means: "no-such-user",
    pattern: /access denied\b.{0,60}(?:\bAS\(|protection\.outlook\.com)/i,
    source: "Exchange Online, Directory-Based Edge Blocking: 550 5.4.1",
  },
  {
    means: "no-such-user",
    pattern: /mailbox unavailable \((?:S\d{4,12}|-?\d{1,12}:\d{1,6}:-?\d{1,12})\)/i,
    source: "Outlook.com: 550 5.5.0 mailbox unavailable (S2017062302)",
  },
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
  {
    means: "no-such-user",
    pattern:
      /(?:utilisateur|destinataire|adresse) (?:est )?inconnue?|(?:utente|destinatario) (?:sconosciuto|inesistente)|(?:usuario|destinatario) (?:desconocido|inexistente|no existe)|(?:empf(?:ä|ae|a)nger|benutzer) (?:ist )?unbekannt|nie istnieje|nie ma takiego/i,
    source: "the same in the languages of Orange, Libero, Terra, T-Online, Onet",
  },
];
