import type { FailureKind } from "@relais/core/spi";
import type { About } from "./about.ts";
import { parseReply, type Reply } from "./parse-reply.ts";
import type { Phase } from "./phase.ts";
import { type Phrase, phrases } from "./reply-patterns.ts";
import type { Remedy, ReplyRule } from "./reply-rule.ts";
import { replyRules } from "./reply-rules.ts";
import { waitOf } from "./wait.ts";

/** What a refusal means. */
export interface Explanation {
  readonly kind: FailureKind;
  /** Reply code and enhanced code: `"550 5.1.1"`. */
  readonly code: string;
  /** The row that decided, in a few words. */
  readonly because: string;
  /** Whom it is about. */
  readonly about: About;
  readonly again?: false;
  /** What the provider does about it by itself, while nothing of the message was handed over. */
  readonly remedy?: Remedy;
  /** How long to leave the server alone, in ms. */
  readonly retryAfterMs?: number;
  /** The wording that decided, where one did, and whose it is. */
  readonly phrase?: Phrase;
  readonly reply: Reply;
}

/** `throttled` without a word on how long: SMTP relays count by the second, and mean it where they say 5xx. */
const leastWaitMs = (code: number): number => (code < 500 ? 1_000 : 60_000);

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

/** What a reply means stands at its beginning. */
const mostCharacters = 1_000;

const wording = (means: Phrase["means"], words: string): Phrase | undefined =>
  phrases.find((phrase) => phrase.means === means && phrase.pattern.test(words));

/**
 * What a server's 4xx or 5xx reply means: `explainReply("550 5.1.1 no such user")`.
 * `undefined` if the text is no reply, or one that refuses nothing (2xx, 3xx).
 *
 * @param phase what it was the answer to; a reply to RCPT unless told otherwise
 */
export function explainReply(text: string, phase: Phase = "rcpt"): Explanation | undefined {
  const reply = parseReply(text);
  if (reply === undefined || reply.code < 400) return undefined;
  const words = reply.text.slice(0, mostCharacters);
  for (const rule of replyRules) {
    if (!fits(rule, reply, phase)) continue;
    const phrase = rule.phrase === undefined ? undefined : wording(rule.phrase, words);
    if (rule.phrase !== undefined && phrase === undefined) continue;
    const wait =
      rule.kind === "throttled"
        ? { retryAfterMs: waitOf(words) ?? phrase?.waitMs ?? leastWaitMs(reply.code) }
        : {};
    return {
      kind: rule.kind,
      code: reply.enhanced === undefined ? String(reply.code) : `${reply.code} ${reply.enhanced}`,
      because: rule.because,
      about: rule.about,
      ...(rule.remedy === undefined ? {} : { remedy: rule.remedy }),
      ...(rule.again === undefined ? {} : { again: rule.again }),
      ...wait,
      ...(phrase === undefined ? {} : { phrase }),
      reply,
    };
  }
  return undefined;
}
