import { AssertionError } from "node:assert";

/** The promise, or an assertion that failed when it takes longer. Leaves no timer behind. */
export async function within<T>(promise: Promise<T>, mostMs: number, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new AssertionError({ message: `${otherwise} after ${mostMs} ms` })),
      mostMs,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
