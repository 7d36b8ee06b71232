import type { FailureKind } from "@relais/core/spi";
import { dayMs, hourMs, minuteMs, secondMs } from "./durations.ts";
import { type Phrase, phrases } from "./reply-patterns.ts";
import { type About, type Phase, type Remedy, type ReplyRule, replyRules } from "./reply-rules.ts";

/** What a refusal means. */
export interface Explanation {
  readonly kind: FailureKind;
  /** Reply code and enhanced code: `"550 5.1.1"`. */
  readonly code: string;
  /** The row that decided, in a few words. */
  readonly because: string;
  /** Where that is written down, or whose reply it is. */
  readonly source: string;
  /** Whom it is about. */
  readonly about: About;
  /** The whole row. */
  readonly rule: ReplyRule;
  readonly retryable?: false;
  /** What the provider does about it by itself, while nothing of the message was handed over. */
  readonly remedy?: Remedy;
  /** How long to leave the server alone, in ms. */
  readonly retryAfterMs?: number;
  /** The wording that decided, where one did, and whose it is. */
  readonly phrase?: Phrase;
  readonly reply: Reply;
}

/** A server's reply, taken apart (RFC 5321, 4.2; RFC 2034 for the enhanced code). */
export interface Reply {
  /** 200 to 599. */
  readonly code: number;
  /** `"5.1.1"`, where the reply has one. */
  readonly enhanced?: string;
  /** What follows the codes, lines joined by a space. */
  readonly text: string;
  /** Codes and text, as one line. */
  readonly line: string;
}

/** What a reply means is at its beginning. */
const maxMeaningCharacters = 1_000;

/**
 * What a server's 4xx or 5xx reply means: `explainReply("550 5.1.1 no such user")`.
 * `undefined` if the text is no reply, or one that refuses nothing (2xx, 3xx).
 *
 * @param phase what it answers; a reply to RCPT unless given
 */
export function explainReply(text: string, phase: Phase = "rcpt"): Explanation | undefined {
  const reply = parseReply(text);
  if (reply === undefined || reply.code < 400) return undefined;
  const words = reply.text.slice(0, maxMeaningCharacters);
  for (const rule of replyRules) {
    if (!fits(rule, reply, phase)) continue;
    const phrase = rule.phrase === undefined ? undefined : findPhrase(rule.phrase, words);
    if (rule.phrase !== undefined && phrase === undefined) continue;
    const { kind, because, source, about, retryable, remedy } = rule;
    return {
      kind,
      code: reply.enhanced === undefined ? String(reply.code) : `${reply.code} ${reply.enhanced}`,
      because,
      source: phrase?.source ?? source,
      about,
      rule,
      ...(remedy === undefined ? {} : { remedy }),
      ...(retryable === undefined ? {} : { retryable }),
      ...(kind === "throttled"
        ? { retryAfterMs: retryAfterIn(words) ?? phrase?.waitMs ?? leastWaitMs(reply.code) }
        : {}),
      ...(phrase === undefined ? {} : { phrase }),
      reply,
    };
  }
  return undefined;
}

/** Wait where the reply names none: 1 s for 4xx, 1 min for 5xx. */
const leastWaitMs = (code: number): number => (code < 500 ? secondMs : minuteMs);

const fitsCode = (wanted: string, code: number): boolean =>
  wanted.endsWith("xx") ? code >= 400 && wanted[0] === String(code)[0] : wanted === String(code);

function fitsEnhanced(wanted: string, enhanced: string | undefined): boolean {
  if (enhanced === undefined) return wanted === "none";
  const detail = enhanced.slice(2);
  return wanted.endsWith(".*") ? detail.startsWith(wanted.slice(0, -1)) : detail === wanted;
}

function fits(rule: ReplyRule, reply: Reply, phase: Phase): boolean {
  if (rule.phases?.includes(phase) === false) return false;
  if (!rule.codes.some((code) => fitsCode(code, reply.code))) return false;
  return rule.enhanced?.some((enhanced) => fitsEnhanced(enhanced, reply.enhanced)) ?? true;
}

const findPhrase = (means: Phrase["means"], words: string): Phrase | undefined =>
  phrases.find((phrase) => phrase.means === means && phrase.pattern.test(words));

const lineStart = /^([2-5]\d\d)(?:[ -]|$)/;
const enhancedStart = /^([245]\.\d{1,3}\.\d{1,3})(?![.\d])\s*/;
// Cisco's and qmail's way: "550 #5.1.0 Address rejected", "sorry, no mailbox here by that name. (#5.1.1)"
const enhancedInside = /#([245]\.\d{1,3}\.\d{1,3})(?![.\d])/;
/** Nothing of use is further in, and a hostile server may send as much as `maxResponseBytes`. */
const maxReplyCharacters = 8_192;

/** The reply in `text`, which may have several lines; `undefined` if it is not one. */
function parseReply(text: string): Reply | undefined {
  const lines = text.slice(0, maxReplyCharacters).split(/\r?\n/);
  const code = lineStart.exec(lines[0] ?? "")?.[1];
  if (code === undefined) return undefined;
  let enhanced: string | undefined;
  const parts: string[] = [];
  for (const line of lines) {
    const rest = line.replace(lineStart, "");
    const found = enhancedStart.exec(rest);
    enhanced ??= found?.[1];
    parts.push(found === null ? rest : rest.slice(found[0].length));
  }
  const words = parts.join(" ").replace(/\s+/g, " ").trim();
  enhanced ??= enhancedInside.exec(words)?.[1];
  const codes = enhanced === undefined ? code : `${code} ${enhanced}`;
  return {
    code: Number(code),
    ...(enhanced === undefined ? {} : { enhanced }),
    text: words,
    line: words === "" ? codes : `${codes} ${words}`,
  };
}

const unitMs = (unit: string): number => {
  if (/^s/i.test(unit)) return secondMs;
  if (/^m(?!o)/i.test(unit)) return minuteMs;
  return /^h/i.test(unit) ? hourMs : dayMs;
};

/** "try again in 5 minutes", "retry after 30 seconds", "wait 1 hour" */
const namedDelay =
  /\b(?:again|retry|wait|resend|resume|back|paused?|blocked|suspended|deferred)\b[^.;]{0,30}?\b(?:in|after|for|at least|about|another|wait)? ?(\d{1,5}) ?(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?)\b/i;

/**
 * The span over which something is counted: the first that is named. No reply says when there is room again, and over a
 * sliding span there may be some at any time: a probe at a part of it finds that out without hammering.
 */
const countedSpan =
  /(\b24[ -]?h(?:(?:ou)?rs?)?\b|\bdaily\b|\bdays?\b|\btoday\b|\bweek(?:ly|s)?\b|\bmonth(?:ly|s)?\b)|(\bhourly\b|\b(?:hours?|hrs?)\b|\/ ?h\b)|(\bminutes?\b|\bmins?\b)|(\bseconds?\b|\bsecs?\b|\/ ?s\b)/i;

/** How long to leave a server alone by its own words, ms; `undefined` where they do not say. At most a day. */
function retryAfterIn(words: string): number | undefined {
  const [, count, unit = "s"] = namedDelay.exec(words) ?? [];
  if (count !== undefined) return Math.min(dayMs, Math.max(secondMs, Number(count) * unitMs(unit)));
  const [, day, hour, minute, second] = countedSpan.exec(words) ?? [];
  if (day !== undefined) return hourMs;
  if (hour !== undefined) return 15 * minuteMs;
  if (minute !== undefined) return minuteMs;
  return second === undefined ? undefined : secondMs;
}
