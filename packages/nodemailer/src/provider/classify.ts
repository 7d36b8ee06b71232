import type { Diagnosis, FailureKind } from "@relais/core/spi";
import {
  explainReply,
  findWireRule,
  type ParsedError,
  type Phase,
  parseError,
  phaseOf,
} from "@relais/smtp/replies";

/** What a nodemailer transport says went wrong. */
interface TransportError extends ParsedError {
  /** The errno, the SDK's name of an error, or whatever else nodemailer's code stands for. */
  readonly detail: string | undefined;
  /** The program was not even started (`spawn ENOENT`): nothing can have been taken. */
  readonly neverRan: boolean;
  readonly replyCode: number | undefined;
  /** The reply itself is there, as an SMTP server wrote it; a bare code may be the status of an API. */
  readonly isSmtp: boolean;
  /** Of an API behind the transport. */
  readonly httpStatus: number | undefined;
  /** The reply, or else the error's message. */
  readonly words: string;
}

/** Answers of an API behind the transport; another status says nothing sure. */
const statusKinds: Readonly<Record<number, FailureKind>> = {
  400: "refused",
  401: "misconfigured",
  403: "misconfigured",
  413: "refused",
  422: "refused",
  429: "throttled",
  503: "transient",
};

/** Without an answer, before the hand-over: what transports say that @relais/smtp never meets, or means otherwise. */
const transportKinds: Readonly<Record<string, FailureKind>> = {
  EABORT: "cancelled",
  AbortError: "cancelled",
  ECONFIG: "misconfigured",
  EPROXY: "misconfigured",
  ETLS: "misconfigured",
  EREQUIRETLS: "refused",
  EMAXRECIPIENTS: "refused",
  ESTREAM: "rejected",
};

/** Which kind of failure a thrown value is. Handed over, only an answer that refuses the message is a definite one. */
export function classify(thrown: unknown, handedOver: boolean): Diagnosis {
  const error = parseTransportError(thrown);
  const answer = ofReply(error, handedOver) ?? ofStatus(error);
  if (answer !== undefined && !(handedOver && isBare(error, answer))) {
    // What an SMTP server itself answers to the message is definite (RFC 5321, 4.2.5).
    return handedOver && answer.kind === "transient" ? { ...answer, definite: true } : answer;
  }
  const { words: reason, code: transportCode = "", detail = "" } = error;
  const code = detail || transportCode || undefined;
  if (error.neverRan) return { kind: "misconfigured", reason, code };
  if (handedOver) {
    return { kind: "unknown", reason: `no answer after the message was handed over: ${reason}`, code };
  }
  const rule = findWireRule([error.originalCode, error.timeoutType, error.code]);
  const kind = transportKinds[transportCode] ?? transportKinds[detail] ?? rule?.kind ?? "transient";
  return { kind, reason, code, retryable: rule?.kind === kind ? rule.retryable : undefined };
}

const statusOf = (value: unknown): number | undefined =>
  typeof value === "number" && value >= 200 && value < 600 ? value : undefined;

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

function parseTransportError(thrown: unknown): TransportError {
  const error = parseError(thrown);
  const fields = (typeof thrown === "object" && thrown !== null ? thrown : {}) as Record<string, unknown>;
  const metadata = fields.$metadata as { httpStatusCode?: unknown } | null | undefined;
  const name = textOf(fields.name);
  return {
    ...error,
    detail:
      error.originalCode || error.timeoutType || textOf(fields.Code) || (name === "Error" ? undefined : name),
    neverRan: textOf(fields.syscall)?.startsWith("spawn") === true,
    replyCode: statusOf(fields.responseCode),
    isSmtp: error.response?.startsWith(String(fields.responseCode)) === true,
    httpStatus: statusOf(metadata?.httpStatusCode) ?? statusOf(fields.statusCode) ?? statusOf(fields.status),
    words: error.response || error.message || "not an error",
  };
}

/** Codes of a lost connection: but for those of its set-up, half a reply comes with them. */
const lostCodes = new Set(["ECONNECTION", "ESOCKET", "ETIMEDOUT", "ECONNRESET", "EPROTOCOL"]);
const setupPhases = new Set<Phase | undefined>(["greeting", "ehlo", "starttls"]);

/** What a reply answers. A transport need not say so: then RFC 3463 does, whose subjects 1 and 2 are a recipient's. */
function phaseOfReply(error: TransportError, handedOver: boolean): Phase | undefined {
  const { code = "", words, replyCode, recipient } = error;
  // Handed over, a greeting is no answer to the message.
  const phase = handedOver && error.command === "CONN" ? undefined : phaseOf(error);
  if (lostCodes.has(code) && !setupPhases.has(phase)) {
    // A 421 ends a session wherever it comes.
    return replyCode === 421 && !handedOver ? "greeting" : undefined;
  }
  if (phase !== undefined) return phase;
  if (code === "EAUTH") return "auth";
  return recipient !== undefined || /^\d{3}[ -][45]\.[12]\./.test(words) ? "rcpt" : "dot";
}

function ofReply(error: TransportError, handedOver: boolean): Diagnosis | undefined {
  const { replyCode, isSmtp, words } = error;
  if (replyCode === undefined || replyCode < 400) return undefined;
  const phase = phaseOfReply(error, handedOver);
  if (phase === undefined) return undefined;
  const explained = explainReply(isSmtp ? words : `${replyCode} ${words}`, phase);
  if (explained === undefined) return undefined;
  const { kind, code, retryable, retryAfterMs, reply } = explained;
  return { kind, reason: isSmtp ? reply.line : words, code, retryable, retryAfterMs };
}

function ofStatus({ httpStatus, words, detail }: TransportError): Diagnosis | undefined {
  const kind = httpStatus === undefined ? undefined : statusKinds[httpStatus];
  return kind === undefined ? undefined : { kind, reason: words, code: detail ?? String(httpStatus) };
}

/** An answer that something between us and the server may give after it has passed the message on. */
function isBare({ isSmtp, replyCode, httpStatus }: TransportError, { kind }: Diagnosis): boolean {
  return !isSmtp && ((replyCode ?? httpStatus ?? 0) >= 500 || kind === "transient");
}
