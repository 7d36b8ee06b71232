import { setTimeout as pause } from "node:timers/promises";

const firstPauseMs = 100;
const longestPauseMs = 2_000;

/**
 * Whether the database refused what was written, rather than being away: SQLSTATE classes 21 to 23 and 42 (wrong
 * data, wrong statement) will be refused each time.
 */
export function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^(2[123]|42)...$/.test(code);
}

const closed =
  /^(Cannot use a pool after calling end|PGlite is clos|Client was closed|Connection terminated by pool)/;

/** Whether somebody has closed the database in this process: it will not come back. */
function isClosed(error: unknown): boolean {
  return error instanceof Error && closed.test(error.message);
}

/** Runs a write until the database has taken it. Rejects if it refuses it or is closed, or when `signal` aborts. */
export async function persist<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await write();
    } catch (error) {
      if (isRefusal(error) || isClosed(error) || signal.aborted) throw error;
    }
    await pause(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/** One thing to be written, and whom to tell. */
interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** How much goes together. */
export interface BatchOptions {
  /** The most items in one write. @defaultValue 200 */
  readonly most?: number;
  /**
   * No write begins sooner than this after the one before, so that more go together; the first at once, and whenever
   * `enough` wait. @defaultValue 0
   */
  readonly gapMs?: number;
  /** @defaultValue 32 */
  readonly enough?: number;
}

/**
 * Writes together what comes at the same time: while one write is under way what comes is gathered, and goes in the
 * next. Under load a commit then serves many messages; without load nothing waits.
 *
 * @param write one result an item, in their order
 */
export function batch<T, R>(
  write: (items: readonly T[]) => Promise<readonly R[]>,
  { most = 200, gapMs = 0, enough = 32 }: BatchOptions = {},
): (item: T) => Promise<R> {
  let waiting: Waiting<T, R>[] = [];
  let writing = false;
  let due: NodeJS.Timeout | true | undefined;
  let latest = Number.NEGATIVE_INFINITY;

  const alone = ({ item, resolve, reject }: Waiting<T, R>): Promise<void> =>
    write([item]).then(([result]) => resolve(result as R), reject);
  const writeSome = async (): Promise<void> => {
    due = undefined;
    latest = performance.now();
    writing = true;
    const now = waiting.slice(0, most);
    waiting = waiting.slice(most);
    try {
      const results = await write(now.map(({ item }) => item));
      now.forEach(({ resolve }, i) => {
        resolve(results[i] as R);
      });
    } catch (error) {
      // One that the database refuses must not take the others with it.
      if (now.length > 1 && isRefusal(error)) await Promise.all(now.map(alone));
      else for (const { reject } of now) reject(error);
    }
    writing = false;
    begin();
  };
  const begin = (): void => {
    if (due === true || writing || waiting.length === 0) return;
    // Never longer than the gap, whatever the clock does meanwhile.
    const early = waiting.length >= enough ? 0 : Math.min(gapMs, latest + gapMs - performance.now());
    if (early > 1) {
      due ??= setTimeout(writeSome, early);
      return;
    }
    clearTimeout(due);
    due = true;
    setImmediate(writeSome);
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      begin();
    });
}
