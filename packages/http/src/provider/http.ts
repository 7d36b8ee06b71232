import {
  type Diagnosis,
  type Fail,
  failer,
  type Health,
  type Message,
  type Outcome,
  option,
  overLimits,
  type Provider,
  type ProviderLimits,
  redactor,
  type SendContext,
  slots,
  unhealthy,
} from "@relais/core/spi";
import {
  checkSignal,
  classifyError,
  httpConnections,
  httpProvider,
  ofCheck,
  requestProgress,
  sendRequest,
} from "@relais/http-client";
import { type AddressedMessage, addressedMessageFor, withParts } from "../api/addressed-message.ts";
import { type Answer, answerOf, type HttpApi, type HttpLimits } from "../api/api.ts";
import { type HttpOptions, httpOptions } from "../api/options.ts";
import { type EncodedBody, encodeBody } from "../api/request-body.ts";
import { inParts, type SendPart } from "./partial-requests.ts";
import { explainAnswer, type Reading, readAnswerTo } from "./read-answer.ts";

/** Answers of mail APIs have some hundred bytes. */
const maxResponseBytes = 1024 * 1024;

/** One request: a POST where there is a body. */
interface Call {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: EncodedBody;
  readonly handOver?: (() => Promise<void>) | undefined;
}

/** Makes one request; the answer, or why there is none. Never rejects. */
type CallApi = (call: Call, signal: AbortSignal) => Promise<Answer | Diagnosis>;

/**
 * A provider that hands messages to an HTTP mail API, one request an attempt; more only where the vendor refuses a
 * message for the sake of some recipients, and the others are asked for again.
 *
 * - `handOver` is awaited when the connection stands (TLS included); not a byte of the request has left by then.
 * - Requests have no time limit of their own but the connection's: the signal is the deadline. An abort before the
 *   hand-over is `cancelled`, after it `unknown`, and closes the connection.
 * - Redirects are not followed, nothing is repeated; answers of more than 1 MB are `unknown`.
 * - What exceeds the API's limits is `refused` without connecting. A chain knows them, and splits or passes on.
 *
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it, and shows no value
 */
export function http(given: HttpOptions): Provider {
  const options = option.check("http", httpOptions, given);
  const { api, maxConnections = 10, connectionTimeoutMs = 10_000, ca, proxy } = options;
  const { id = idOf(api.name), endpoint = api.endpoint } = options;
  const base = endpoint.replace(/\/+$/, "");
  const limits = providerLimits(api.limits ?? {});
  const connections = httpConnections({ maxConnections, connectionTimeoutMs, ca, proxy });
  const isSecret = (header: string): boolean => api.secrets.some((secret) => header.includes(secret));
  const secrets = [...api.secrets, ...Object.values(api.headers).filter(isSecret), ...connections.secrets];
  const fail = failer(id, redactor(secrets));
  const room = slots(maxConnections);

  const callApi: CallApi = async ({ path, headers, body, handOver }, signal) => {
    const progress = requestProgress(handOver);
    try {
      const { protocol, hostname, port, pathname, search } = new URL(`${base}${path}`);
      const request = {
        secure: protocol === "https:",
        host: hostname,
        port: port === "" ? undefined : Number(port),
        method: body === undefined ? "GET" : "POST",
        path: `${pathname}${search}`,
        headers: {
          accept: "application/json",
          "user-agent": "relais",
          ...api.headers,
          ...headers,
          ...(body && { "content-type": body.contentType, "content-length": body.bytes.length }),
        },
        body: body?.bytes,
        maxResponseBytes,
      };
      return answerOf(await sendRequest(connections, request, progress, signal));
    } catch (error) {
      const diagnosis = classifyError(error, progress, signal.aborted);
      const detail = diagnosis.kind !== "cancelled" && error instanceof Error ? error.message : "";
      return detail === "" ? diagnosis : { ...diagnosis, reason: `${diagnosis.reason}: ${detail}` };
    }
  };

  /** One request, for these recipients. */
  const sendAddressed = async (
    outgoing: AddressedMessage,
    recipients: readonly string[],
    signal: AbortSignal,
    handOver?: () => Promise<void>,
  ): Promise<Reading> => {
    const body = encodeBody(api.body(outgoing));
    const { maxBytes = Number.POSITIVE_INFINITY } = limits;
    if (body.bytes.length > maxBytes)
      return { kind: "refused", reason: `${body.bytes.length} bytes; at most ${maxBytes} are taken` };
    const headers = api.idempotencyHeader === undefined ? {} : { [api.idempotencyHeader]: outgoing.key };
    const answer = await callApi({ path: api.path, headers, body, handOver }, signal);
    if ("kind" in answer) return answer;
    try {
      return readAnswerTo(api, answer, outgoing, recipients, fail);
    } catch (error) {
      return { kind: "unknown", reason: `an answer that cannot be read: ${String(error)}` };
    }
  };

  const send = async (message: Message, context: SendContext): Promise<Outcome> => {
    const { envelope, signal } = context;
    const whole = await withParts(message);
    if (typeof whole === "string") return fail({ kind: "refused", reason: whole });
    const over = overLimits(whole, envelope, limits);
    if (over !== undefined) return fail({ kind: "refused", reason: over });
    const first = addressedMessageFor(whole, envelope);
    if (typeof first === "string") return fail({ kind: "refused", reason: first });
    const leave = await room.take(1, signal);
    if (leave === undefined) return fail({ kind: "cancelled", reason: "given up while waiting in line" });
    try {
      const sendPart: SendPart = async (to, isFirst) => {
        const outgoing = isFirst ? first : addressedMessageFor(whole, { ...envelope, to });
        // Hidden ones are left: each by a request of its own, so that none is shown to another.
        if (typeof outgoing === "string") return "one by one";
        return sendAddressed(outgoing, to, signal, isFirst ? () => context.handOver() : undefined);
      };
      return await inParts(id, envelope.to, sendPart, fail);
    } finally {
      leave();
    }
  };

  return httpProvider({
    id,
    limits,
    packageName: "@relais/http",
    fail,
    send,
    verify: (signal) => verify(api, id, callApi, fail, signal),
    destroy: () => connections.destroy(),
  });
}

/** A vendor's name as an id. */
const idOf = (name: string): string =>
  name
    .toUpperCase()
    .replace(/[^A-Z0-9._-]+/g, "-")
    .replace(/^[._-]+/, "")
    .slice(0, 64);

/** A vendor's limits as a chain reads them. */
function providerLimits({ maxBodyBytes, refuse, ...limits }: HttpLimits): ProviderLimits {
  return Object.freeze({
    ...limits,
    maxBytes: maxBodyBytes,
    // A message names only the recipients of its attempt.
    visibleRecipient: true,
    refuses: (message, envelope) => {
      const outgoing = addressedMessageFor(message, envelope);
      if (typeof outgoing === "string") return outgoing;
      // What a whole mail holds is not known before it is read; the provider looks then.
      return message.raw === undefined ? refuse?.(outgoing) : undefined;
    },
  } satisfies ProviderLimits);
}

/** Makes the API's check request; sends nothing. */
async function verify(
  api: HttpApi,
  provider: string,
  callApi: CallApi,
  fail: Fail,
  caller: AbortSignal | undefined,
): Promise<Health> {
  const { check } = api;
  if (check === undefined) return { provider, ok: true, reason: "not asked: the API has no question for it" };
  const answer = await callApi({ path: check.path }, checkSignal(caller));
  if (caller?.aborted) return unhealthy(fail({ kind: "cancelled", reason: "given up" }));
  if ("kind" in answer) return unhealthy(fail(ofCheck(answer, `no answer from ${api.name}`)));
  const result = check.interpret?.(answer);
  if (result !== undefined)
    return "note" in result
      ? { provider, ok: true, reason: result.note }
      : unhealthy(fail({ kind: "misconfigured", reason: result.wrong, code: String(answer.status) }));
  if (answer.status >= 200 && answer.status <= 299) return { provider, ok: true };
  return unhealthy(fail(ofCheck(explainAnswer(api, answer))));
}
