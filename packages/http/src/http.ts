import { type Outcome, overLimits, type Provider, redactor, type SendContext, slots } from "@relais/core/spi";
import { call } from "./call.ts";
import { checkOptions } from "./check-options.ts";
import { type Diagnosis, diagnose } from "./diagnose.ts";
import { encodeBody } from "./encode-body.ts";
import { type HttpOptions, httpChecks } from "./http-options.ts";
import { letterFor } from "./letter.ts";
import { failer, outcomeOf } from "./outcome.ts";
import { pool } from "./pool.ts";
import { providerLimits, refuseSize } from "./refuse-early.ts";
import { verify } from "./verify.ts";

const afterClose: Diagnosis = { kind: "skipped", code: "closed", reason: "the provider is closed" };

/**
 * A provider that hands messages to an HTTP mail API, one request an attempt.
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
  const { api, maxConnections = 10, connectionTimeoutMs = 10_000, ca } = options;
  const { id = idOf(api.name), endpoint = api.endpoint } = options;
  const base = endpoint.replace(/\/+$/, "");
  const url = (path: string): URL => new URL(`${base}${path}`);
  const limits = providerLimits(api.limits ?? {});
  const fail = failer(id, redactor([...api.secrets, ...Object.values(api.headers).filter(holdsSecret)]));
  const connections = pool({ maxConnections, connectionTimeoutMs, ca });
  const room = slots(maxConnections);
  const underWay = new Set<Promise<unknown>>();
  let closed: Promise<void> | undefined;

  function holdsSecret(value: string): boolean {
    return api.secrets.some((secret) => value.includes(secret));
  }

  const tryOnce = async (
    message: Parameters<Provider["send"]>[0],
    context: SendContext,
  ): Promise<Outcome> => {
    const { envelope, signal } = context;
    const over = overLimits(message, envelope, limits);
    if (over !== undefined) return fail({ kind: "refused", reason: over });
    const letter = letterFor(message, envelope);
    if (typeof letter === "string") return fail({ kind: "refused", reason: letter });
    const leave = await room.take(1, signal);
    if (leave === undefined) return fail({ kind: "cancelled", reason: "given up while waiting in line" });
    try {
      const body = encodeBody(api.body(letter));
      const big = refuseSize(limits, body);
      if (big !== undefined) return fail({ kind: "refused", reason: big });
      const { idempotencyHeader } = api;
      const key = idempotencyHeader === undefined ? {} : { [idempotencyHeader]: letter.key };
      const headers = { ...api.headers, ...key };
      const handOver = (): Promise<void> => context.handOver();
      const called = await call(
        connections,
        { method: "POST", url: url(api.path), headers, body, handOver },
        signal,
      );
      if (called.end !== "answered") return fail(diagnose(called, signal.aborted));
      try {
        return outcomeOf(api, id, called.answer, letter, envelope.to, fail);
      } catch (thrown) {
        return fail({ kind: "unknown", reason: `an answer that cannot be read: ${String(thrown)}` });
      }
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
