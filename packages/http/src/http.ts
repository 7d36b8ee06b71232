import {
  httpConnections,
  type Message,
  type Outcome,
  overLimits,
  type Provider,
  redactor,
  type SendContext,
  slots,
} from "@relais/core/spi";
import { call } from "./call.ts";
import { checkOptions } from "./check-options.ts";
import { type Diagnosis, diagnose } from "./diagnose.ts";
import { encodeBody } from "./encode-body.ts";
import { type HttpOptions, httpChecks } from "./http-options.ts";
import { type Letter, letterFor } from "./letter.ts";
import { failer, type Reading, readAnswerTo } from "./outcome.ts";
import { providerLimits, refuseSize } from "./refuse-early.ts";
import { type Ask, inRounds } from "./rounds.ts";
import { verify } from "./verify.ts";
import { withParts } from "./with-parts.ts";

const afterClose: Diagnosis = { kind: "skipped", code: "closed", reason: "the provider is closed" };

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
export function http(options: HttpOptions): Provider {
  checkOptions("http", options, httpChecks, ["api"]);
  const { api, maxConnections = 10, connectionTimeoutMs = 10_000, ca, proxy } = options;
  const { id = idOf(api.name), endpoint = api.endpoint } = options;
  const base = endpoint.replace(/\/+$/, "");
  const url = (path: string): URL => new URL(`${base}${path}`);
  const limits = providerLimits(api.limits ?? {});
  const connections = httpConnections({ maxConnections, connectionTimeoutMs, ca, proxy });
  const loginHeaders = Object.values(api.headers).filter(holdsSecret);
  const fail = failer(id, redactor([...api.secrets, ...loginHeaders, ...connections.secrets]));
  const room = slots(maxConnections);
  const underWay = new Set<Promise<unknown>>();
  let closed: Promise<void> | undefined;

  function holdsSecret(value: string): boolean {
    return api.secrets.some((secret) => value.includes(secret));
  }

  /** One request, for these recipients. */
  const request = async (
    letter: Letter,
    recipients: readonly string[],
    signal: AbortSignal,
    handOver?: () => Promise<void>,
  ): Promise<Reading> => {
    const body = encodeBody(api.body(letter));
    const big = refuseSize(limits, body);
    if (big !== undefined) return { kind: "refused", reason: big };
    const { idempotencyHeader } = api;
    const key = idempotencyHeader === undefined ? {} : { [idempotencyHeader]: letter.key };
    const headers = { ...api.headers, ...key };
    const wanted = { method: "POST", url: url(api.path), headers, body } as const;
    const called = await call(connections, handOver === undefined ? wanted : { ...wanted, handOver }, signal);
    if (called.end !== "answered") return diagnose(called, signal.aborted);
    try {
      return readAnswerTo(api, called.answer, letter, recipients, fail);
    } catch (thrown) {
      return { kind: "unknown", reason: `an answer that cannot be read: ${String(thrown)}` };
    }
  };

  const tryOnce = async (message: Message, context: SendContext): Promise<Outcome> => {
    const { envelope, signal } = context;
    const whole = await withParts(message);
    if (typeof whole === "string") return fail({ kind: "refused", reason: whole });
    const over = overLimits(whole, envelope, limits);
    if (over !== undefined) return fail({ kind: "refused", reason: over });
    const made = letterFor(whole, envelope);
    if (typeof made === "string") return fail({ kind: "refused", reason: made });
    const leave = await room.take(1, signal);
    if (leave === undefined) return fail({ kind: "cancelled", reason: "given up while waiting in line" });
    try {
      const ask: Ask = async (to, isFirst) => {
        const letter = isFirst ? made : letterFor(whole, { ...envelope, to });
        // Hidden ones are left: each by a request of its own, so that none is shown to another.
        if (typeof letter === "string") return "one by one";
        return request(letter, to, signal, isFirst ? () => context.handOver() : undefined);
      };
      return await inRounds(id, envelope.to, ask, fail);
    } finally {
      leave();
    }
  };

  const tracked = <T>(work: Promise<T>): Promise<T> => {
    const done = work.finally(() => underWay.delete(done));
    underWay.add(done);
    return done;
  };

  const close = (): Promise<void> => {
    closed ??= Promise.allSettled(underWay).then(() => connections.destroy());
    return closed;
  };

  return Object.freeze({
    id,
    limits,
    send: (message, context) => {
      if (closed !== undefined) return Promise.resolve(fail(afterClose));
      // `call` and the reading of answers have their own nets: what is caught here happened before either.
      return tracked(
        tryOnce(message, context).catch((thrown: unknown) =>
          fail({ kind: "transient", reason: `fault in @relais/http: ${String(thrown)}`, again: false }),
        ),
      );
    },
    verify: (context) => {
      if (closed === undefined)
        return tracked(
          verify(api, id, connections, url, fail, context?.signal).catch((thrown: unknown) => {
            const failure = fail({ kind: "transient", reason: `fault in @relais/http: ${String(thrown)}` });
            return { provider: id, ok: false, reason: failure.reason, failure };
          }),
        );
      const failure = fail(afterClose);
      return Promise.resolve({ provider: id, ok: false, reason: failure.reason, failure });
    },
    close,
    [Symbol.asyncDispose]: close,
  } satisfies Provider);
}

/** A vendor's name as an id. */
const idOf = (name: string): string =>
  name
    .toUpperCase()
    .replace(/[^A-Z0-9._-]+/g, "-")
    .replace(/^[._-]+/, "")
    .slice(0, 64);
