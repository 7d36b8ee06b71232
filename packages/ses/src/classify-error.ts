import type { Diagnosis } from "@relais/core/spi";
import { classifyError, type RequestProgress, retryAfterHeader, retryAfterMs } from "@relais/http-client";
import { explainSesError } from "./errors.ts";

/** What went wrong with a call of SES. */
export interface SesDiagnosis extends Diagnosis {
  /** Our clock is wrong; the next request of the same client is signed with the right time. */
  readonly clock?: true | undefined;
  /** A fresh key may help. */
  readonly key?: true | undefined;
}

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

/** Before anything was connected to: the client could not be loaded, has no region, no key, no endpoint. */
function notPrepared({ name, message, code }: Thrown, passes: boolean): SesDiagnosis {
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

/** An answer that is there in full: an error of SES, or neither that nor a result, such as HTML. */
function answered(thrown: Thrown, { status = 0, headers = {}, handedOver }: RequestProgress): SesDiagnosis {
  const name = text(thrown.Code);
  const row = explainSesError(name, text(thrown.message), status);
  const words = name === undefined ? undefined : text(thrown.message);
  // Before the hand-over not even an answer that makes no sense can mean that the message was accepted.
  const kind = row.kind === "unknown" && !handedOver ? "transient" : row.kind;
  const waitMs = Math.max(row.retryAfterMs ?? 0, retryAfterMs([retryAfterHeader], headers, Date.now()) ?? 0);
  return {
    kind,
    reason: words === undefined || words === "Unknown" ? row.meaning : `${row.meaning}: ${words}`,
    code: name ?? `HTTP ${status}`,
    retryAfterMs: (kind === "throttled" || kind === "transient") && waitMs > 0 ? waitMs : undefined,
    // Rows that something between us and SES may have said are unknown.
    definite: kind === "transient" && handedOver ? true : undefined,
    clock: row.clock,
    key: row.key,
  };
}

/** What a call that threw met, read from where it stood on the wire, then from codes, and only then from words. */
export function classifySesError(
  thrown: unknown,
  progress: RequestProgress,
  aborted: boolean,
  credentialsErrorPasses: (thrown: unknown) => boolean = () => false,
): SesDiagnosis {
  const parts: Thrown = typeof thrown === "object" && thrown !== null ? thrown : { message: String(thrown) };
  const { stage, status = 0, handedOver, handOverRefused } = progress;
  const isCancelled = handOverRefused || (aborted && !handedOver);
  if (!isCancelled) {
    if (stage === "preparing") return notPrepared(parts, credentialsErrorPasses(thrown));
    if (stage === "answered" && parts.name !== "AbortError") return answered(parts, progress);
    // The head of an answer is enough to know a refusal; of any other the rest might be the message id.
    if (status >= 400 && status < 500)
      return {
        kind: "transient",
        reason: "the answer, a refusal, broke off",
        code: `HTTP ${status}`,
        definite: true,
      };
  }
  return classifyError(thrown, progress, aborted);
}
