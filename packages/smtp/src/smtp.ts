import {
  closable,
  type Health,
  lifecycle,
  type Message,
  type Outcome,
  offAbort,
  onAbort,
  type Provider,
  type SendContext,
  unhealthy,
} from "@relais/core/spi";
import { Attempt, type ProviderState } from "./attempt/attempt.ts";
import { dkimSigner } from "./attempt/dkim.ts";
import { advice, outcomeFactory } from "./attempt/outcomes.ts";
import type { Connection } from "./connection/connection.ts";
import { connectionSlots } from "./connection/connection-slots.ts";
import { login } from "./connection/login.ts";
import { openConnection } from "./connection/open-connection.ts";
import { connectionPool, learnedLimits } from "./connection/pool.ts";
import { secretRedactor } from "./connection/secret-redactor.ts";
import { checkOptions, type SmtpOptions } from "./options/options.ts";
import { explainError } from "./replies/classify.ts";

/**
 * A provider that hands mail to an SMTP server (RFC 5321, RFC 6409), over connections that are kept and used again.
 *
 * One call of `send` is one attempt: every recipient is handed over at most once, and the first final dot goes out only
 * after `handOver` has resolved. While nothing was handed over it begins anew where that is sure to help: a kept
 * connection was closed, or has had its messages; the server takes fewer connections. Recipients too many for one
 * transaction go in further ones. It never rejects, and says `unknown` only when the message may have been taken. An
 * abort is answered at once, and closes the connection. After `close`, `send` answers `skipped`.
 *
 * @throws {TypeError | RangeError} one sentence about the first option that is wrong; never a secret in it
 */
export function smtp(options: SmtpOptions): Provider {
  const settings = checkOptions(options);
  const { id, dkim, host, port, auth } = settings;
  const secrets = secretRedactor(settings);
  const outcomes = outcomeFactory(id, secrets, (error) => advice(settings, error));
  const credentials = login(settings, secrets);
  const learned = learnedLimits();
  const open = async (signal: AbortSignal): Promise<Connection> => {
    const connection = await openConnection(settings, credentials, signal);
    slots.connected();
    return connection;
  };
  const pool = connectionPool(settings.pool, learned, open);
  // A message that waits for a connection waits here, in order, and can leave.
  const slots = connectionSlots(settings.pool.maxConnections, () => pool.idle);
  const sign = dkim.length === 0 ? undefined : dkimSigner(dkim);
  const shared: ProviderState = { outcomes, sign, learned, pool, verp: settings.verp };
  const life = lifecycle(() => pool.close());

  const perform = async (
    attempt: Attempt,
    signal: AbortSignal,
    resolve: (outcome: Outcome) => void,
  ): Promise<void> => {
    const slot = await slots.acquire(signal);
    if (slot !== undefined) {
      if (!signal.aborted) resolve(await attempt.run(slot));
      await attempt.released();
      slot.release();
    }
    offAbort(signal, attempt);
  };

  const send = (message: Message, context: SendContext): Promise<Outcome> => {
    const { signal } = context;
    const attempt = new Attempt(message, context, shared);
    if (signal.aborted) return Promise.resolve(attempt.abort());
    return new Promise((resolve) => {
      attempt.onAborted = resolve;
      onAbort(signal, attempt);
      void life.track(perform(attempt, signal, resolve));
    });
  };

  const healthy = (reason: string): Health => Object.freeze({ provider: id, ok: true, reason });

  /** Connects, encrypts, logs in, says QUIT: on a connection of its own, beside the pool. Never rejects. */
  const check = async (signal: AbortSignal): Promise<Health> => {
    try {
      const connection = await open(signal);
      await connection.quit();
      return healthy(`${host}:${port} answers, ${auth === undefined ? "no login needed" : "logged in"}`);
    } catch (thrown) {
      if (explainError(thrown)?.remedy === "fewer-connections" && slots.open > 0) {
        return healthy(`${host}:${port} answers, all connections that it takes are in use`);
      }
      return unhealthy(
        signal.aborted
          ? outcomes.failure({ kind: "cancelled", reason: "aborted" })
          : outcomes.fromError(thrown, false),
      );
    }
  };

  return closable(life, {
    id,
    send,
    verify: ({ signal = new AbortController().signal }) => life.track(check(signal)),
  });
}
