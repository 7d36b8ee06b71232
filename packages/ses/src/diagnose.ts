import { throughProxy } from "@relais/core/spi";
import { type ConnectionRow, connectionErrors, connectionLost } from "./connection-errors.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { Exchange } from "./exchange.ts";
import { explainSesError } from "./explain-ses-error.ts";

/** What the AWS client and Node put on what they throw; every part may be missing or of another type. */
interface Thrown {
  readonly name?: unknown;
  readonly message?: unknown;
  /** Node's: ECONNREFUSED. */
  readonly code?: unknown;
  /** SES's error name, set only where the answer had an error body of SES. */
  readonly Code?: unknown;
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

function parts(thrown: unknown): Thrown {
  return typeof thrown === "object" && thrown !== null ? thrown : { message: String(thrown) };
}

/** Before anything was connected to: the client could not be loaded, has no region, no key, no endpoint. */
function unprepared({ name, message, code }: Thrown, passes: boolean): Diagnosis {
  if (passes)
    return {
      kind: "transient",
      reason: `no credentials for now: ${text(message) ?? "their source did not answer"}`,
      code: text(code) ?? text(name),
    };
  const row =
    text(name) === "CredentialsProviderError" ? explainSesError("CredentialsProviderError") : undefined;
  const words = text(message) ?? "the AWS client gave no reason";
  return {
    kind: "misconfigured",
    reason: row === undefined ? words : `${row.meaning}: ${words}`,
    code: text(code) ?? (name === "Error" ? undefined : text(name)),
    key: row?.key,
  };
}

function unconnected(thrown: Thrown): Diagnosis {
  const { code } = thrown;
  const word = text(code);
  const row: ConnectionRow =
    connectionErrors.find((each) => word !== undefined && each.code.test(word)) ?? connectionLost;
  return { kind: row.kind, reason: `${row.meaning}${throughProxy(thrown)}`, code: word, again: row.again };
}

/** No answer, or half of one. */
function lost({ code, name }: Thrown, exchange: Exchange, aborted: boolean): Diagnosis {
  const word = text(code) ?? (name === "Error" || name === "AbortError" ? undefined : text(name));
  const { status, handedOver } = exchange;
  // The head of an answer is enough to know a no; of any other answer the rest might be the message id.
  if (status !== undefined && status >= 400 && status < 500)
    return {
      kind: "transient",
      reason: "the answer, a no, broke off",
      code: `HTTP ${status}`,
      definite: true,
    };
  if (!handedOver)
    return { kind: "transient", reason: "connection lost before the message was handed over", code: word };
  const what = aborted
    ? "time ran out"
    : status === undefined
      ? "connection lost"
      : "the answer could not be read";
  return { kind: "unknown", reason: `${what} after the message was handed over`, code: word };
}

function answered(thrown: Thrown, exchange: Exchange): Diagnosis {
  const { status = 0, retryAfterMs: asked = 0 } = exchange;
  const name = text(thrown.Code);
  const row = explainSesError(name, text(thrown.message), status);
  const words = name === undefined ? undefined : text(thrown.message);
  const wait = row.retryAfterMs ?? 0;
  // Before the hand-over not even an answer that makes no sense can mean that the message was taken.
  const kind = row.kind === "unknown" && !exchange.handedOver ? "transient" : row.kind;
  const waits = (kind === "throttled" || kind === "transient") && Math.max(wait, asked) > 0;
  return {
    kind,
    reason: words === undefined || words === "Unknown" ? row.meaning : `${row.meaning}: ${words}`,
    code: name ?? `HTTP ${status}`,
    retryAfterMs: waits ? Math.max(wait, asked) : undefined,
    // The rows of bare statuses are unknown where something in between may have said it.
    definite: kind === "transient" && exchange.handedOver ? true : undefined,
    clock: row.clock,
    key: row.key,
  };
}

/** What a call that threw met, read from where it stood on the wire, then from codes, and only then from words. */
export function diagnose(
  thrown: unknown,
  exchange: Exchange,
  aborted: boolean,
  credentialsTroublePasses: (thrown: unknown) => boolean = () => false,
): Diagnosis {
  const what = parts(thrown);
  if (exchange.refused) return { kind: "cancelled", reason: "the hand-over was not confirmed" };
  if (aborted && !exchange.handedOver)
    return { kind: "cancelled", reason: "given up before the message was handed over" };
  if (exchange.stage === "preparing") return unprepared(what, credentialsTroublePasses(thrown));
  if (exchange.stage === "connecting") return unconnected(what);
  if (exchange.stage !== "answered" || what.name === "AbortError") return lost(what, exchange, aborted);
  // An answer that is there in full and no error of SES: not XML, or XML of something else.
  return answered(what, exchange);
}
