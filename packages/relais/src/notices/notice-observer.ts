import { setImmediate as nextTick } from "node:timers/promises";
import { type FailureKind, failureKinds, type RelaisEvent } from "@relais/core";
import { didYouMean } from "@relais/core/spi";
import { errorText, type Notice, NoticeError, type Notify } from "./notice.ts";
import { noticeRules } from "./notice-rules.ts";

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

/** An observer that gives notices. */
export interface NoticeObserver {
  (event: RelaisEvent): void;
  /** Resolves when no notice waits to be given; for the end of a process. Never rejects. */
  readonly idle: () => Promise<void>;
}

/**
 * Tells somebody when a chain begins to fall back, when a breaker opens, when that provider has recovered, when a message
 * may have arrived, and when bounces or complaints near the share at which vendors review an account: each once, however
 * many messages it concerns. Notices are given in order, one at a time, after the delivery has gone on; no delivery waits
 * for one or sees it fail. A notice that cannot be given is not given again.
 * @throws {TypeError} one sentence that names the option and what is wrong with it
 */
export function noticeObserver(options: NoticeOptions): NoticeObserver {
  const settings = checkedOptions(options);
  const noticeFor = noticeRules({ quietMs: settings.quietMs, kinds: new Set(settings.kinds) });
  const { give, idle } = notifier(settings);
  const observer = (event: RelaisEvent): void => {
    const notice = noticeFor(event);
    if (notice !== undefined) give(notice);
  };
  return Object.assign(observer, { idle });
}

type Settings = { readonly [Name in keyof NoticeOptions]-?: NonNullable<NoticeOptions[Name]> };

/** Checked by hand: whoever imports `relais` does not load zod for five options. */
function checkedOptions(options: NoticeOptions): Settings {
  const settings: Settings = {
    quietMs: 900_000,
    kinds: ["transient", "throttled", "misconfigured", "unknown", "skipped"],
    timeoutMs: 30_000,
    onProblem: (problem) => process.emitWarning(problem, "RelaisNotice"),
    ...(Object.fromEntries(
      Object.entries(options ?? {}).filter(([, value]) => value !== undefined),
    ) as unknown as NoticeOptions),
  } as Settings;
  const names = ["notify", "quietMs", "kinds", "timeoutMs", "onProblem"];
  const { notify, quietMs, kinds, timeoutMs, onProblem } = settings;
  const unknown = Object.keys(settings).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const near = didYouMean(unknown, names);
    const hint = near === undefined ? "" : `; did you mean ${near}?`;
    return refuse(`${JSON.stringify(unknown.slice(0, 40))} is not an option${hint}`);
  }
  if (typeof notify !== "function") return refuse("notify must be a function");
  if (typeof onProblem !== "function") return refuse("onProblem must be a function");
  if (!Number.isFinite(quietMs) || quietMs < 0) return refuse("quietMs must be at least 0");
  if (!Number.isFinite(timeoutMs) || timeoutMs < 1 || timeoutMs > 600_000)
    return refuse("timeoutMs must be from 1 to 600000");
  if (!Array.isArray(kinds)) return refuse("kinds must be a list");
  const wrong = kinds.findIndex((kind) => !failureKinds.includes(kind));
  if (wrong === -1) return settings;
  const known = failureKinds.map((kind) => JSON.stringify(kind)).join(" or ");
  return refuse(`kinds.${wrong} must be ${known}`);
}

function refuse(fault: string): never {
  throw new TypeError(`noticeObserver: ${fault}`);
}

/** Notices that may wait behind one that is being given. */
const maxWaiting = 100;

/** Gives notices one after the other, in their order, outside of the call in which they came up. */
function notifier({ notify, timeoutMs, onProblem }: Settings) {
  const waiting: Notice[] = [];
  let giving: Promise<void> | undefined;

  const report = (notice: Notice, problem: string): void => {
    const { type, chain, provider } = notice;
    try {
      const result = onProblem(`The notice ${type} of ${provider} in ${chain} was not given: ${problem}.`);
      if (result instanceof Promise) result.catch(() => undefined);
    } catch {
      // There is nowhere left to report it.
    }
  };
  const giveOne = async (notice: Notice): Promise<void> => {
    const controller = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = new NoticeError(`it took more than ${timeoutMs} ms`);
        reject(error);
        controller.abort(error);
      }, timeoutMs);
    });
    try {
      await Promise.race([notify(notice, controller.signal), timedOut]);
    } catch (error) {
      report(notice, errorText(error));
    } finally {
      clearTimeout(timer);
    }
  };
  const giveAll = async (): Promise<void> => {
    await nextTick();
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await giveOne(next);
    giving = undefined;
  };
  return {
    give(notice: Notice): void {
      if (waiting.length >= maxWaiting) report(notice, `${maxWaiting} others are waiting`);
      else {
        waiting.push(notice);
        giving ??= giveAll();
      }
    },
    /** Resolves when nothing waits to be given. Never rejects. */
    idle: (): Promise<void> => giving ?? Promise.resolve(),
  };
}
