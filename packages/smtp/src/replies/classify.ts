import type { FailureParts } from "@relais/core/spi";
import { explainReply } from "./explain-reply.ts";
import { wireRule } from "./network-errors.ts";
import { tokenMayComeLater } from "./oauth2-trouble.ts";
import { type Evidence, evidence, phaseOf } from "./parse-error.ts";

/** A failure before it has a provider and before secrets are taken out. */
export interface Judgement extends Omit<FailureParts, "provider" | "rejected"> {
  /** What somebody else said, behind our own words: secrets are looked for in it alone. */
  readonly said?: string | undefined;
}

const detail = ({ originalCode, timeoutType, code }: Evidence): string | undefined =>
  originalCode ?? timeoutType ?? code;

/** Handed over: only a refusal of the final dot is a definite answer (RFC 5321, 4.2.5); all else leaves it open. */
function afterHandOver(found: Evidence): Judgement {
  if (found.code === "EMESSAGE" && found.response !== undefined) {
    const meaning = explainReply(found.response, "dot");
    if (meaning !== undefined) {
      return {
        kind: meaning.kind,
        reason: meaning.reply.line,
        code: meaning.code,
        retryAfterMs: meaning.retryAfterMs,
        definite: meaning.kind === "transient" ? true : undefined,
      };
    }
    return {
      kind: "unknown",
      reason: `the answer to the message was not one: ${found.response}`,
      code: found.code,
    };
  }
  const why = wireRule([found.originalCode, found.timeoutType, found.code])?.reason ?? "connection lost";
  return { kind: "unknown", reason: `${why} after the message was handed over`, code: detail(found) };
}

function ofReply(found: Evidence): Judgement | undefined {
  if (found.response === undefined) return undefined;
  const phase = phaseOf(found);
  // A 421 ends a session wherever it comes; any other reply to nothing is half a line before a lost connection.
  if (phase === undefined && !found.response.startsWith("421")) return undefined;
  const meaning = explainReply(found.response, phase ?? "greeting");
  if (meaning === undefined) {
    return {
      kind: "transient",
      reason: `the server answered out of turn: ${found.response}`,
      code: detail(found),
    };
  }
  const { kind, code, again, retryAfterMs, reply } = meaning;
  return { kind, reason: reply.line, code, again, retryAfterMs };
}

function ofWire(found: Evidence): Judgement {
  if (tokenMayComeLater(found)) {
    return { kind: "transient", reason: "no access token", said: found.message, code: "EOAUTH2" };
  }
  const rule = wireRule([found.originalCode, found.timeoutType, found.code]);
  if (rule === undefined) {
    return {
      kind: "transient",
      reason: "unexpected",
      said: found.message,
      code: detail(found),
      again: false,
    };
  }
  // What a token endpoint or the login itself has to say is worth more than the row.
  const told = rule.code === "EOAUTH2" || rule.code === "EAUTH" || rule.code === "EPROXY";
  const said = told ? found.message : undefined;
  return { kind: rule.kind, reason: rule.reason, said, code: detail(found), again: rule.again };
}

/** Which kind of failure a thrown value is, given whether the message had been handed over. Never `unknown` if not. */
export function judge(thrown: unknown, handedOver: boolean): Judgement {
  const found = evidence(thrown);
  return handedOver ? afterHandOver(found) : (ofReply(found) ?? ofWire(found));
}
