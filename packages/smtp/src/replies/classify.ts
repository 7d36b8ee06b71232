import type { Diagnosis } from "@relais/core/spi";
import { type Explanation, explainReply } from "./explain-reply.ts";
import { findWireRule, isTransientTokenError } from "./network-errors.ts";
import { type ParsedError, parseError, phaseOf } from "./parse-error.ts";
import type { Phase } from "./reply-rules.ts";

export interface Classification extends Diagnosis {
  /** Somebody else's words, behind our reason: secrets are looked for in them alone. */
  readonly quoted?: string | undefined;
}

/** Which kind of failure a thrown value is, given whether the message had been handed over. Never `unknown` if not. */
export function classify(thrown: unknown, handedOver: boolean): Classification {
  const error = parseError(thrown);
  return handedOver ? afterHandOver(error) : (ofReply(error) ?? ofNetwork(error));
}

/** What a thrown value says as a reply, if it carries one that refuses. */
export function explainError(thrown: unknown): Explanation | undefined {
  const [response, phase] = replyIn(parseError(thrown)) ?? [];
  return response === undefined ? undefined : explainReply(response, phase);
}

/** nodemailer looked at the socket before it wrote, and found it closed: not a byte of this message went out. */
export function wasNeverWritten(thrown: unknown): boolean {
  const { code, command } = parseError(thrown);
  return code === "ECONNECTION" && command === "API";
}

/**
 * Whether the server has closed the connection, with 421 or without a word. On a connection that was used before
 * that says nothing of the server: it closes those that were idle for long, or when it is told to start anew.
 */
export function wasClosed(thrown: unknown): boolean {
  const { code, timeoutType, response } = parseError(thrown);
  if (response?.startsWith("421")) return explainReply(response, "mail")?.kind === "transient";
  return timeoutType === undefined && (code === "ECONNECTION" || code === "ESOCKET");
}

/** The reply in an error and what it answers. */
function replyIn(error: ParsedError): readonly [response: string, phase: Phase] | undefined {
  const { response } = error;
  if (response === undefined) return undefined;
  const phase = phaseOf(error);
  if (phase !== undefined) return [response, phase];
  // A 421 ends a session wherever it comes; any other reply to nothing is half a line before a lost connection.
  return response.startsWith("421") ? [response, "greeting"] : undefined;
}

const innermostCode = ({ originalCode, timeoutType, code }: ParsedError): string | undefined =>
  originalCode ?? timeoutType ?? code;

const wireRuleOf = ({ originalCode, timeoutType, code }: ParsedError) =>
  findWireRule([originalCode, timeoutType, code]);

/** Handed over: only a refusal of the final dot is a definite answer (RFC 5321, 4.2.5); all else leaves it open. */
function afterHandOver(error: ParsedError): Classification {
  const { code, response } = error;
  if (code === "EMESSAGE" && response !== undefined) {
    const explained = explainReply(response, "dot");
    if (explained === undefined) {
      return { kind: "unknown", reason: `the answer to the message was not one: ${response}`, code };
    }
    const { kind, retryAfterMs, reply } = explained;
    const definite = kind === "transient" ? true : undefined;
    return { kind, reason: reply.line, code: explained.code, retryAfterMs, definite };
  }
  const reason = wireRuleOf(error)?.reason ?? "connection lost";
  return {
    kind: "unknown",
    reason: `${reason} after the message was handed over`,
    code: innermostCode(error),
  };
}

function ofReply(error: ParsedError): Classification | undefined {
  const [response, phase] = replyIn(error) ?? [];
  if (response === undefined) return undefined;
  const explained = explainReply(response, phase);
  if (explained === undefined) {
    const reason = `the server answered out of turn: ${response}`;
    return { kind: "transient", reason, code: innermostCode(error) };
  }
  const { kind, code, retryable, retryAfterMs, reply } = explained;
  return { kind, reason: reply.line, code, retryable, retryAfterMs };
}

/** What a token endpoint, the login or a proxy says is worth more than the row. */
const quotedCodes: readonly string[] = ["EOAUTH2", "EAUTH", "EPROXY"];

function ofNetwork(error: ParsedError): Classification {
  const { message: quoted } = error;
  if (isTransientTokenError(error)) {
    return { kind: "transient", reason: "no access token", quoted, code: "EOAUTH2" };
  }
  const code = innermostCode(error);
  const rule = wireRuleOf(error);
  if (rule === undefined) return { kind: "transient", reason: "unexpected", quoted, code, retryable: false };
  const { kind, reason, retryable } = rule;
  return { kind, reason, code, retryable, ...(quotedCodes.includes(rule.code) ? { quoted } : {}) };
}
