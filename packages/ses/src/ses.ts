import { asciiTags, type Failure, failure, type Provider, receipt, slots } from "@relais/core/spi";
import { awsClient } from "./aws-client.ts";
import { checkOptions } from "./check-options.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { limits } from "./limits.ts";
import { refuseMessage } from "./refuse-early.ts";
import { send } from "./send.ts";
import type { SesOptions } from "./ses-options.ts";
import { skewMemory } from "./skew-memory.ts";
import { verify } from "./verify.ts";

const afterClose: Diagnosis = { kind: "skipped", code: "closed", reason: "the provider is closed" };

/**
 * A provider that hands messages to Amazon SES (SendRawEmail of its query API), one request an attempt.
 *
 * - At most 50 recipients and 10 MB in base64 a message (`limits`): a chain splits the one and passes SES over for the
 *   other, and without a chain more is `refused` without asking.
 * - A receipt's `messageId` is the one of SES; recipients see it as `<messageId@REGION.amazonses.com>`.
 * - SES takes or refuses a message for all its recipients, so a receipt's `rejected` is always empty.
 * - `handOver` is awaited when the connection stands and all but the last 64 KB have left. A smaller request is not
 *   on the wire at all before it.
 * - Requests have no time limit of their own but the connection's: the signal is the deadline. An abort before the
 *   hand-over is `cancelled`, after it `unknown`, and closes the connection.
 * - The AWS client is loaded with the first message or `verify`.
 *
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it, and shows no value
 * @see https://docs.aws.amazon.com/ses/latest/APIReference/API_SendRawEmail.html
 */
export function ses(options: SesOptions = {}): Provider {
  checkOptions(options);
  const { id = "SES", tags = {}, maxConnections = 50, maxBytesUnderWay = 20_000_000 } = options;
  const client = awsClient(options);
  // One line for both bounds: a message weighs its bytes, and at least a connection's share of them.
  const room = slots(Math.max(maxBytesUnderWay, maxConnections));
  const lightest = Math.floor(Math.max(maxBytesUnderWay, maxConnections) / maxConnections);
  const skew = skewMemory();
  const underWay = new Set<Promise<unknown>>();
  let closed: Promise<void> | undefined;

  const fail = (diagnosis: Diagnosis): Failure => {
    const { kind, reason, code, retryAfterMs, again, definite, key } = diagnosis;
    if (key === true) client.forgetCredentials();
    return failure({
      provider: id,
      kind,
      reason: client.redact(reason),
      code: code === undefined ? undefined : client.redact(code),
      retryAfterMs,
      again,
      definite,
    });
  };

  const tryOnce: Provider["send"] = async (message, context) => {
    const { envelope, signal } = context;
    const no = refuseMessage(message, envelope);
    if (no !== undefined) return fail(no);
    const leave = await room.take(Math.max(message.contentBytes, lightest), signal);
    if (leave === undefined) return fail({ kind: "cancelled", reason: "given up while waiting in line" });
    try {
      const judge = skew.begin();
      const sent = await send(client, message, envelope, { ...tags, ...asciiTags(message.tags) }, context);
      const problem = judge("kind" in sent ? sent : undefined);
      if (problem !== undefined) return fail(problem);
      const { messageId } = sent as { messageId: string };
      return receipt({ provider: id, messageId, accepted: envelope.to });
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
    closed ??= Promise.allSettled(underWay).then(() => client.destroy());
    return closed;
  };

  return Object.freeze({
    id,
    limits,
    send: (message, context) => {
      if (closed !== undefined) return Promise.resolve(fail(afterClose));
      // Everything that can go wrong at run time has been judged by now: what is left is a fault of ours.
      return tracked(
        tryOnce(message, context).catch((thrown: unknown) =>
          fail({ kind: "transient", reason: `fault in @relais/ses: ${String(thrown)}`, again: false }),
        ),
      );
    },
    verify: (context) => {
      if (closed === undefined) return tracked(verify(client, id, fail, context?.signal));
      const failure = fail(afterClose);
      return Promise.resolve({ provider: id, ok: false, reason: failure.reason, failure });
    },
    close,
    [Symbol.asyncDispose]: close,
  } satisfies Provider);
}
