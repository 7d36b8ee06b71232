/**
 * What `work` comes to, if it is there sooner than a timer of `ms` that begins now; rejects otherwise. On a machine that
 * is busy with other things the timer is late, too, and what has come in meanwhile is looked at first.
 */
export async function sooner<T>(work: Promise<T> | undefined, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => setImmediate(reject, new Error(`not there within ${ms} ms`)), ms);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work as Promise<T>, late]);
  } finally {
    clearTimeout(timer);
  }
}
