import type { FailureParts } from "@relais/core/spi";
import { type Evidence, evidence } from "./evidence.ts";
import { type KindRule, replyRules, statusKinds, wireRules } from "./kind-rules.ts";

/** A failure before it has a provider and before secrets are taken out. */
export type Judgement = Omit<FailureParts, "provider" | "rejected">;

const fitsReply = (wanted: string, reply: number): boolean =>
  wanted.endsWith("xx") ? wanted[0] === String(reply)[0] : wanted === String(reply);

const fitsEnhanced = (wanted: string, enhanced = ""): boolean => {
  const detail = enhanced.slice(2);
  return wanted.endsWith(".*") ? detail.startsWith(wanted.slice(0, -1)) : detail === wanted;
};

function fits(rule: KindRule, { code = "", detail = "", command, reply, enhanced }: Evidence): boolean {
  if (rule.codes !== undefined && !rule.codes.includes(code) && !rule.codes.includes(detail)) return false;
  if (rule.command !== undefined && !command.startsWith(rule.command)) return false;
  if (
    rule.replies !== undefined &&
    !rule.replies.some((one) => reply !== undefined && fitsReply(one, reply))
  ) {
    return false;
  }
  return rule.enhanced === undefined || rule.enhanced.some((one) => fitsEnhanced(one, enhanced));
}

/** Half a reply before a lost connection is no answer. */
const lost = new Set(["ECONNECTION", "ESOCKET", "ETIMEDOUT", "ECONNRESET", "EPROTOCOL"]);

function ofReply(found: Evidence): Judgement | undefined {
  const { code = "", reply, enhanced, said } = found;
  if (reply === undefined || reply < 400 || (lost.has(code) && reply !== 421)) return undefined;
  const rule = replyRules.find((one) => fits(one, found));
  if (rule === undefined) return undefined;
  const word = enhanced === undefined ? String(reply) : `${reply} ${enhanced}`;
  return { kind: rule.kind, reason: said, code: word, again: rule.again };
}

function ofStatus({ httpStatus, said, detail }: Evidence): Judgement | undefined {
  const kind = httpStatus === undefined ? undefined : statusKinds[httpStatus];
  return kind === undefined ? undefined : { kind, reason: said, code: detail ?? String(httpStatus) };
}

/** An answer that something between us and whoever sends may give after it has passed the message on. */
function isBare({ isSmtp, reply, httpStatus }: Evidence, { kind }: Judgement): boolean {
  return !isSmtp && ((reply ?? httpStatus ?? 0) >= 500 || kind === "transient");
}

/** What an SMTP server itself answers to the message is definite (RFC 5321, 4.2.5). */
function definitely(told: Judgement, handedOver: boolean): Judgement {
  return handedOver && told.kind === "transient" ? { ...told, definite: true } : told;
}

/** Which kind of failure a thrown value is. Handed over, only an answer that refuses the message is a definite one. */
export function judge(thrown: unknown, handedOver: boolean): Judgement {
  const found = evidence(thrown);
  // A greeting of 421 or 5xx is an answer to the connection, and there only before anything was handed over.
  const greeted = !handedOver && found.command === "CONN" ? ofReply({ ...found, code: "" }) : undefined;
  const told = greeted ?? ofReply(found) ?? ofStatus(found);
  if (told !== undefined && !(handedOver && isBare(found, told))) return definitely(told, handedOver);
  const code = found.detail ?? found.code;
  if (found.neverRan) return { kind: "misconfigured", reason: found.said, code };
  if (handedOver) {
    return { kind: "unknown", reason: `no answer after the message was handed over: ${found.said}`, code };
  }
  const rule = wireRules.find((one) => fits(one, found));
  return { kind: rule?.kind ?? "transient", reason: found.said, code, again: rule?.again };
}
