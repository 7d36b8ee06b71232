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

/** Something to wait for: rung, or after a time. What is rung while nobody waits is heard by the next who does. */
export interface Bell {
  ring(): void;
  wait(atMostMs: number): Promise<void>;
}

export function bell(): Bell {
  let rung = false;
  let hear: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      hear?.();
    },
    wait(atMostMs) {
      if (rung) {
        rung = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          hear = undefined;
          rung = false;
          resolve();
        };
        const timer = setTimeout(end, atMostMs);
        hear = end;
      });
    },
  };
}
