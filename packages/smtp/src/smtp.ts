import {
  type Message,
  type Outcome,
  type Provider,
  type SendContext,
  slots,
  type VerifyContext,
} from "@relais/core/spi";
import { type Attempt, attempt, type Station } from "./attempt.ts";
import { checkOptions } from "./check-options.ts";
import { login } from "./login.ts";
import { openSession } from "./open-session.ts";
import { sessions } from "./sessions.ts";
import { sign } from "./sign.ts";
import type { SmtpOptions } from "./smtp-options.ts";
import { telling } from "./telling.ts";
import { vault } from "./vault.ts";
import { unwell, verify } from "./verify.ts";

const afterClose = { kind: "skipped", code: "closed", reason: "the provider is closed" } as const;

/**
 * A provider that hands mail to an SMTP server (RFC 5321, RFC 6409), over connections that are kept and used again.
 *
 * One call of `send` is one attempt: at most one MAIL is answered for it, and the final dot goes out only after
 * `handOver` has resolved. It never rejects, and says `unknown` only when the message may have been taken. An abort is
 * answered at once, and closes the connection. After `close`, `send` answers `skipped`.
 *
 * @throws {TypeError | RangeError} one sentence about the first option that is wrong; never a secret in it
 */
export function smtp(options: SmtpOptions): Provider {
  const settings = checkOptions(options);
  const { id, pool, dkim } = settings;
  const secrets = vault(settings);
  const told = telling(id, secrets);
  const credentials = login(settings, secrets);
  const idle = sessions(pool.maxMessages, pool.idleTimeoutMs);
  // Whoever waits for a connection waits here, in order, and can leave.
  const queue = slots(pool.maxConnections);
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  const station: Station = {
    telling: told,
    sign: dkim === undefined ? undefined : sign(dkim),
    take: idle.take,
    give: idle.give,
    open: (signal) => openSession(settings, credentials, signal),
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
    const release = await queue.take(1, signal);
    if (release === undefined) return;
    if (!signal.aborted) answer(await each.run());
    await each.tidied();
    release();
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
      return tracked(verify(settings, told, station.open, signal));
    },
    close,
    [Symbol.asyncDispose]: close,
  });
}
