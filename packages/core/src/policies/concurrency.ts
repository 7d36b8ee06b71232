import { skip } from "../attempt/skip.ts";
import { failure } from "../failure/outcome.ts";
import { systemClock, wallNow } from "../runtime/clock.ts";
import { knownOptions, numberOption } from "../runtime/options.ts";
import { slots } from "../runtime/semaphore.ts";
import { type Policy, settlingPolicy, type TimedOptions } from "./policy.ts";

export interface ConcurrencyOptions extends TimedOptions {
  /** Attempts under way at once. @defaultValue 10 */
  readonly messages?: number | undefined;
  /** Bytes of content under way at once; a message larger than this goes alone. @defaultValue no bound */
  readonly bytes?: number | undefined;
  /** How many may wait in line; a message over that is `skipped`. @defaultValue 1000 */
  readonly queue?: number | undefined;
}

/**
 * Bounds what is under way at one provider, by messages and by bytes, with a queue in front.
 * @throws {RangeError} if an option is out of range
 */
export function concurrency(options: ConcurrencyOptions = {}): Policy {
  knownOptions("concurrency", options, ["messages", "bytes", "queue", "clock"]);
  const messages = numberOption("concurrency: messages", options.messages, 10, { min: 1, whole: true });
  const bytes = numberOption("concurrency: bytes", options.bytes, Number.POSITIVE_INFINITY, {
    min: 1,
    unbounded: true,
  });
  const queue = numberOption("concurrency: queue", options.queue, 1_000, {
    min: 0,
    whole: true,
    unbounded: true,
  });
  const clock = options.clock ?? systemClock;

  return settlingPolicy((next, site) => {
    const byCount = slots(messages);
    const byBytes = slots(bytes);
    const { id: provider } = site.provider;
    site.report("concurrency", () => ({
      inFlight: byCount.taken,
      waiting: byCount.waiting + byBytes.waiting,
    }));
    const cancelled = () =>
      failure({ provider, kind: "cancelled", reason: "given up while waiting in line" });

    return async (message, context) => {
      if (byCount.taken >= messages && byCount.waiting >= queue) {
        const reason = `${byCount.waiting} messages are waiting already`;
        // When there will be room is not known; without a time the chain would not try again.
        const retryAfterMs = 1_000;
        return skip(provider, message, context, {
          code: "queue-full",
          reason,
          retryAfterMs,
          at: wallNow(clock),
        });
      }
      const leaveCount = await byCount.take(1, context.signal);
      if (leaveCount === undefined) return cancelled();
      try {
        const leaveBytes = await byBytes.take(message.contentBytes, context.signal);
        if (leaveBytes === undefined) return cancelled();
        try {
          return await next(message, context);
        } finally {
          leaveBytes();
        }
      } finally {
        leaveCount();
      }
    };
  });
}
