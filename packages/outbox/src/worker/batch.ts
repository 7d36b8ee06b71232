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
  /** No write begins sooner than this after the one before, so that more go together; the first at once. @defaultValue 0 */
  readonly gapMs?: number;
}

/**
 * Writes together what comes at the same time: while one write is under way what comes is gathered, and goes in the
 * next. Under load a commit then serves many messages; without load nothing waits.
 *
 * @param write one result an item, in their order
 */
export function batch<T, R>(
  write: (items: readonly T[]) => Promise<readonly R[]>,
  { most = 200, gapMs = 0 }: BatchOptions = {},
): (item: T) => Promise<R> {
  let waiting: Waiting<T, R>[] = [];
  let writing = false;
  let due = false;
  let latest = Number.NEGATIVE_INFINITY;

  const writeSome = async (): Promise<void> => {
    due = false;
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
      for (const { reject } of now) reject(error);
    }
    writing = false;
    begin();
  };
  const begin = (): void => {
    if (due || waiting.length === 0 || writing) return;
    due = true;
    const early = latest + gapMs - performance.now();
    if (early > 1) setTimeout(writeSome, early);
    else setImmediate(writeSome);
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      begin();
    });
}
