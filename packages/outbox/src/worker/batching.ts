import { setTimeout as sleep } from "node:timers/promises";

export interface BatchOptions {
  /** The most items in one write. @defaultValue 200 */
  readonly maxItems?: number;
  /**
   * No write begins sooner than this after the one before, so that more go together; the first at once, and whenever
   * `enough` wait. @defaultValue 0
   */
  readonly gapMs?: number;
  /** @defaultValue 32 */
  readonly enough?: number;
}

interface Pending<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes together what comes at the same time: what comes during one write is gathered, and goes in the next. Under load
 * a commit then serves many messages; without load nothing waits.
 *
 * @param write one result an item, in their order
 */
export function batch<T, R>(
  write: (items: readonly T[]) => Promise<readonly R[]>,
  { maxItems = 200, gapMs = 0, enough = 32 }: BatchOptions = {},
): (item: T) => Promise<R> {
  let pending: Pending<T, R>[] = [];
  let writing = false;
  let scheduled: NodeJS.Timeout | true | undefined;
  let startedAt = Number.NEGATIVE_INFINITY;

  const writeOne = ({ item, resolve, reject }: Pending<T, R>): Promise<void> =>
    write([item]).then(([result]) => resolve(result as R), reject);
  const writeNext = async (): Promise<void> => {
    scheduled = undefined;
    startedAt = performance.now();
    writing = true;
    const now = pending.slice(0, maxItems);
    pending = pending.slice(maxItems);
    try {
      const results = await write(now.map(({ item }) => item));
      now.forEach(({ resolve }, i) => {
        resolve(results[i] as R);
      });
    } catch (error) {
      // One that the database refuses must not take the others with it.
      if (now.length > 1 && isPermanentError(error)) await Promise.all(now.map(writeOne));
      else for (const { reject } of now) reject(error);
    }
    writing = false;
    schedule();
  };
  const schedule = (): void => {
    if (scheduled === true || writing || pending.length === 0) return;
    // Never longer than the gap, whatever the clock does meanwhile.
    const waitMs = pending.length >= enough ? 0 : Math.min(gapMs, startedAt + gapMs - performance.now());
    if (waitMs > 1) {
      scheduled ??= setTimeout(writeNext, waitMs);
      return;
    }
    clearTimeout(scheduled);
    scheduled = true;
    setImmediate(writeNext);
  };

  return (item) =>
    new Promise((resolve, reject) => {
      pending.push({ item, resolve, reject });
      schedule();
    });
}

const firstPauseMs = 100;
const maxPauseMs = 2_000;

/** Repeats a write until the database takes it. Rejects if it refuses it or is closed, or when `signal` aborts. */
export async function retryWrite<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
    try {
      return await write();
    } catch (error) {
      if (isPermanentError(error) || isClosed(error) || signal.aborted) throw error;
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Whether the database refused what was written, rather than being away: SQLSTATE classes 21 to 23 and 42 (wrong data,
 * wrong statement) are refused each time.
 */
export function isPermanentError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^(2[123]|42)...$/.test(code);
}

const closedText =
  /^(Cannot use a pool after calling end|PGlite is clos|Client was closed|Connection terminated by pool)/;

/** Whether the database has been closed in this process: it does not come back. */
function isClosed(error: unknown): boolean {
  return error instanceof Error && closedText.test(error.message);
}
