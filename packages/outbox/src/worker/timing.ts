/**
 * Runs `work` again and again, `everyMs` after its last end, never twice at once. An error is reported, and it goes on.
 * @returns ends it, resolving when the last run is over
 */
export function interval(
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

/** Says yes once in so many ms, by a timer: a clock may be set. */
export function oncePer(ms: number): () => boolean {
  let due = true;
  return () => {
    if (!due) return false;
    due = false;
    setTimeout(() => {
      due = true;
    }, ms).unref();
    return true;
  };
}

/** Ends a wait. Without one it ends the next wait at once. */
export interface WakeSignal {
  notify(): void;
  wait(maxMs: number): Promise<void>;
}

export function wakeSignal(): WakeSignal {
  let notified = false;
  let wake: (() => void) | undefined;
  return {
    notify() {
      notified = true;
      wake?.();
    },
    wait(maxMs) {
      if (notified) {
        notified = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          wake = undefined;
          notified = false;
          resolve();
        };
        const timer = setTimeout(end, maxMs);
        wake = end;
      });
    },
  };
}
