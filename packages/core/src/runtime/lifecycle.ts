/** What is under way at something that can be closed, such as a provider. */
export interface Lifecycle {
  /** `close` was called: nothing new begins. */
  readonly isClosed: boolean;
  /** Makes `close` wait for some work. Resolves and rejects as the work does. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Waits for what is under way, then runs `end`, once. May be called twice. */
  close(): Promise<void>;
}

/** @param end lets go of what is held: sockets, timers */
export function lifecycle(end: () => void | Promise<void>): Lifecycle {
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  return {
    get isClosed() {
      return closing !== undefined;
    },
    track(work) {
      const done = work.finally(() => underWay.delete(done));
      underWay.add(done);
      return done;
    },
    close() {
      closing ??= Promise.allSettled(underWay).then(end);
      return closing;
    },
  };
}
