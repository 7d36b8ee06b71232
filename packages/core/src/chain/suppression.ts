import type { Observer } from "../events/event.ts";
import { type Failure, failure } from "../failure/outcome.ts";
import { redactor, withoutAddresses } from "../failure/redact.ts";
import type { Suppressed, SuppressionList } from "../feedback/suppression.ts";
import type { Message } from "../message/message.ts";
import { AbortScope } from "../runtime/abort.ts";
import { type Clock, wallNow } from "../runtime/clock.ts";
import { knownOptions, numberOption } from "../runtime/options.ts";
import { reason } from "../runtime/sanitize.ts";
import { settledWithGrace, tryAsync } from "../runtime/wait.ts";
import type { RecipientTracker } from "./recipient-tracker.ts";

/** Which addresses get no mail, and what to do when that cannot be found out. */
export interface SuppressionOptions {
  readonly list: SuppressionList;
  /**
   * When the list cannot be read: `defer`, the message goes to nobody, and is worth another try later; or `send`, as if
   * nobody were on the list. An event tells of either. @defaultValue `"defer"`
   */
  readonly onUnavailable?: "defer" | "send" | undefined;
  /** A list without an answer by then cannot be read, ms. @defaultValue 5000 */
  readonly timeoutMs?: number | undefined;
}

/** `SuppressionOptions`, checked and complete. */
export type SuppressionSettings = {
  readonly [K in keyof SuppressionOptions]-?: NonNullable<SuppressionOptions[K]>;
};

const isList = (value: unknown): value is SuppressionList =>
  typeof value === "object" && value !== null && typeof (value as SuppressionList).check === "function";

/** @param what names the option, as `createChain: suppression` @throws {TypeError | RangeError} one sentence */
export function suppressionSettings(
  what: string,
  option: SuppressionList | SuppressionOptions,
): SuppressionSettings {
  if (isList(option)) return { list: option, onUnavailable: "defer", timeoutMs: 5_000 };
  knownOptions(what, option, ["list", "onUnavailable", "timeoutMs"]);
  const { list, onUnavailable = "defer" } = option;
  if (!isList(list)) throw new TypeError(`${what}: list must be an object with the function check`);
  if (onUnavailable !== "defer" && onUnavailable !== "send")
    throw new TypeError(`${what}: onUnavailable must be "defer" or "send"`);
  const timeoutMs = numberOption(`${what}: timeoutMs`, option.timeoutMs, 5_000, { min: 1 });
  return { list, onUnavailable, timeoutMs };
}

/** The delivery that recipients are checked for. */
export interface SuppressionContext {
  readonly message: Message;
  readonly tenant: string | undefined;
  readonly tracker: RecipientTracker;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly observe: Observer | undefined;
}

/** How long a message waits whose recipients could not be checked, ms. */
const retryAfterMs = 10_000;

/** Ends recipients who are on a list, or all of them if one cannot be read. Never rejects. */
export async function holdBack(
  lists: readonly SuppressionSettings[],
  context: SuppressionContext,
): Promise<void> {
  const { message, tracker, clock, observe, signal } = context;
  const found = new Map<string, Suppressed>();
  for (const settings of lists) {
    const answer = await check(settings, context);
    if (answer instanceof Map) for (const [address, one] of answer) found.set(address, one);
    else if (signal.aborted)
      return endAll(tracker, { kind: "cancelled", reason: "given up while the recipients were checked" });
    else {
      const { onUnavailable: action } = settings;
      const at = wallNow(clock);
      observe?.({ type: "suppression-unavailable", at, message: message.id, action, reason: String(answer) });
      if (action === "defer")
        return endAll(tracker, {
          kind: "deferred",
          code: "suppression-unavailable",
          reason: `the suppression list could not be read: ${String(answer)}`,
          retryAfterMs,
        });
    }
  }
  if (found.size === 0) return;
  const recipients = [...found].map(([address, { reason, since }]) => ({ address, reason, since }));
  observe?.({ type: "suppressed", at: wallNow(clock), message: message.id, recipients });
  const failures = new Map([...found].map(([address, one]) => [address, suppressed(reasonOf(one))]));
  const reasons = [...new Set([...found.values()].map(({ reason }) => reason))].join(", ");
  const [first] = failures.values();
  tracker.endEarly(
    failures,
    found.size === 1 ? (first as Failure) : suppressed(`${found.size} recipients are suppressed: ${reasons}`),
  );
}

function endAll(tracker: RecipientTracker, parts: Omit<Parameters<typeof failure>[0], "provider">): void {
  const all = failure({ provider: "suppression", ...parts });
  tracker.endEarly(new Map(tracker.recipients.map((address) => [address, all])), all);
}

const suppressed = (reason: string): Failure =>
  failure({ provider: "suppression", kind: "rejected", code: "suppressed", reason });

const reasonOf = ({ reason, since }: Suppressed): string =>
  `suppressed: ${reason}, since ${new Date(since).toISOString()}`;

/** Who is on a list for a reason that the message heeds; else, why the list could not be read. */
async function check(
  { list, timeoutMs }: SuppressionSettings,
  { message, tenant, tracker, clock, signal }: SuppressionContext,
): Promise<Map<string, Suppressed> | string> {
  const scope = new AbortScope(signal);
  const cancel = clock.after(timeoutMs, () => scope.abort(new Error("out of time")));
  const { stream, ignoreSuppression: ignore } = message;
  const end = await settledWithGrace(
    tryAsync(() => list.check(tracker.recipients, { tenant, stream, ignore }, scope.signal)),
    scope.signal,
    clock,
    0,
  );
  cancel();
  scope.close();
  if (end.state === "abandoned") return `no answer within ${timeoutMs} ms`;
  if (end.state === "rejected") return wordsOf(end.reason);
  const heeded = new Map<string, Suppressed>();
  try {
    for (const address of tracker.recipients) {
      const one = end.value.get(address);
      if (one === undefined || ignore?.some((reason) => reason === one.reason)) continue;
      heeded.set(address, { reason: one.reason, since: new Date(one.since).getTime() });
      reasonOf(one);
    }
  } catch {
    return "it did not answer as it must";
  }
  return heeded;
}

const redact = redactor([]);

function wordsOf(error: unknown): string {
  const text = error instanceof Error ? reason(withoutAddresses(redact(error.message)), 200) : "";
  return text === "" ? "it failed" : text;
}
