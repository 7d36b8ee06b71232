import { type FailureKind, failureKinds } from "@relais/core";
import { optionSentence } from "@relais/core/spi";
import { z } from "zod";
import type { GiverOptions } from "./giver.ts";
import type { Notify } from "./notice.ts";
import type { WatchRules } from "./watch.ts";

export interface NoticeOptions {
  /** Who is told: a function, `webhook(url)`, `emailNotice(chain, …)`. */
  readonly notify: Notify;
  /**
   * A fallback is told when there was none from this provider for so long, an open breaker when none of its was told
   * for so long, ms. @defaultValue 900000, a quarter of an hour
   */
  readonly quietMs?: number | undefined;
  /**
   * Failures that make a failover worth a notice. Left out are those of one message or recipient.
   * @defaultValue `["transient", "throttled", "misconfigured", "unknown", "skipped"]`
   */
  readonly kinds?: readonly FailureKind[] | undefined;
  /** How long giving a notice may take, ms. @defaultValue 30000 */
  readonly timeoutMs?: number | undefined;
  /** Told in one sentence, without secrets, why a notice was not given. @defaultValue a warning of the process */
  readonly onProblem?: ((problem: string) => unknown) | undefined;
}

const isFunction = (value: unknown): boolean => typeof value === "function";

const schema = z.strictObject({
  notify: z.custom<Notify>(isFunction, "must be a function"),
  quietMs: z.number().min(0).default(900_000),
  kinds: z
    .array(z.enum(failureKinds))
    .default(["transient", "throttled", "misconfigured", "unknown", "skipped"]),
  timeoutMs: z.number().min(1).max(600_000).default(30_000),
  onProblem: z
    .custom<(problem: string) => unknown>(isFunction, "must be a function")
    .default(() => (problem: string) => process.emitWarning(problem, "RelaisNotice")),
});

/** @throws {TypeError} one sentence that names the option and what is wrong with it */
export function noticeSettings(options: NoticeOptions): GiverOptions & WatchRules {
  const read = schema.safeParse(options, { error: optionSentence });
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = ["noticeObserver:", ...(issue?.path.length ? [issue.path.join(".")] : [])].join(" ");
    throw new TypeError(`${where} ${issue?.message}`);
  }
  return { ...read.data, kinds: new Set(read.data.kinds) };
}
