/** One thing to be written, and whom to tell. */
interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes together what comes at the same time: while one write is under way what comes is gathered, and goes in the
 * next. Under load a commit then serves many messages; without load nothing waits.
 *
 * @param write one result an item, in their order
 * @param most the most items in one write
 */
export function batch<T, R>(
  write: (items: readonly T[]) => Promise<readonly R[]>,
  most = 200,
): (item: T) => Promise<R> {
  let waiting: Waiting<T, R>[] = [];
  let writing = false;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
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
    }
    writing = false;
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (writing) return;
      writing = true;
      setImmediate(drain);
    });
}
