import type { Message, Outcome, Provider, SendContext, VerifyContext } from "@relais/core/spi";
import { type Attempt, attempt, type Station } from "./attempt/attempt.ts";
import { sign } from "./attempt/dkim.ts";
import { hint } from "./attempt/hint.ts";
import { telling } from "./attempt/outcomes.ts";
import type { Session } from "./connection/connection.ts";
import { places } from "./connection/connection-slots.ts";
import { connections } from "./connection/connections.ts";
import { learned } from "./connection/learned.ts";
import { login } from "./connection/login.ts";
import { openSession } from "./connection/open-connection.ts";
import { sessions } from "./connection/pool.ts";
import { vault } from "./connection/secret-redactor.ts";
import { checkOptions } from "./options/check-options.ts";
import type { SmtpOptions } from "./options/options.ts";
import { unwell, verify } from "./verify.ts";

const afterClose = { kind: "skipped", code: "closed", reason: "the provider is closed" } as const;

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
  const { id, pool, dkim } = settings;
  const secrets = vault(settings);
  const told = telling(id, secrets, (found) => hint(settings, found));
  const credentials = login(settings, secrets);
  const known = learned();
  const idle = sessions(pool.maxMessages, pool.idleTimeoutMs, known);
  // Whoever waits for a connection waits here, in order, and can leave.
  const queue = places(pool.maxConnections, () => idle.idle);
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  const open = async (signal: AbortSignal): Promise<Session> => {
    const session = await openSession(settings, credentials, signal);
    queue.welcomed();
    return session;
  };
  const station: Station = {
    telling: told,
    sign: dkim.length === 0 ? undefined : sign(dkim),
    known,
    connections: connections(idle, open),
  };

  const tracked = <Result>(work: Promise<Result>): Promise<Result> => {
    const done = work.finally(() => underWay.delete(done));
    underWay.add(done);
    return done;
  };

  const perform = async (
    each: Attempt,
    signal: AbortSignal,
    answer: (outcome: Outcome) => void,
  ): Promise<void> => {
    const place = await queue.enter(signal);
    if (place === undefined) return;
    if (!signal.aborted) answer(await each.run(place));
    await each.tidied();
    place.leave();
  };

  const send = (message: Message, context: SendContext): Promise<Outcome> => {
    if (closing !== undefined) {
      return Promise.resolve(told.failure(afterClose));
    }
    const { signal } = context;
    const each = attempt(message, context, station);
    return new Promise((resolve) => {
      const onAbort = (): void => resolve(each.breakOff());
      if (signal.aborted) return onAbort();
      signal.addEventListener("abort", onAbort, { once: true });
      void tracked(perform(each, signal, resolve)).finally(() =>
        signal.removeEventListener("abort", onAbort),
      );
    });
  };

  const drain = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.all(underWay);
    await idle.close();
  };

  const close = (): Promise<void> => {
    closing ??= drain();
    return closing;
  };

  return Object.freeze({
    id,
    send,
    verify: ({ signal }: VerifyContext = {}) => {
      if (closing !== undefined) return Promise.resolve(unwell(told.failure(afterClose)));
      return tracked(verify(settings, told, open, () => queue.open, signal));
    },
    close,
    [Symbol.asyncDispose]: close,
  });
}
