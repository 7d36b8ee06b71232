/**
 * Runs `work` again and again, `everyMs` after its last end, never twice at once. An error is told, and the rounds go
 * on. @returns what ends the rounds, resolving when the last one is over
 */
export function rounds(
  everyMs: number,
  work: () => Promise<unknown>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let ended = false;
  let timer: NodeJS.Timeout;
  let current: Promise<void> = Promise.resolve();
  const next = (): void => {
    timer = setTimeout(() => {
      current = work()
        .then(() => undefined, onError)
        .finally(() => {
          if (!ended) next();
        });
    }, everyMs);
  };
  next();
  return () => {
    ended = true;
    clearTimeout(timer);
    return current;
  };
}
