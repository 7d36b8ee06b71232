import type { Clock } from "../runtime/clock.ts";

/** Waits for moments to come, in the order in which they were asked for. */
export interface Turns {
  /**
   * Resolves `true` at `at`, or `false` as soon as the signal aborts.
   * @param at as the clock counts; never before that of anybody who waits
   */
  wait(at: number, signal: AbortSignal): Promise<boolean>;
}

/** One timer for all who wait, so that nobody overtakes by a rounding of it. */
export function turns(clock: Clock): Turns {
  const line: { readonly at: number; readonly go: () => void }[] = [];
  let cancel: (() => void) | undefined;
  const arm = (): void => {
    const [first] = line;
    if (first === undefined) cancel?.();
    if (first === undefined) cancel = undefined;
    else cancel ??= clock.after(Math.ceil(Math.max(0, first.at - clock.now())), admit);
  };
  const admit = (): void => {
    cancel = undefined;
    const now = clock.now();
    for (let first = line[0]; first !== undefined && first.at <= now; first = line[0]) {
      line.shift();
      first.go();
    }
    arm();
  };
  return {
    wait(at, signal) {
      if (signal.aborted) return Promise.resolve(false);
      return new Promise((resolve) => {
        const onAbort = (): void => {
          line.splice(line.indexOf(waiter), 1);
          arm();
          resolve(false);
        };
        const waiter = {
          at,
          go: () => {
            signal.removeEventListener("abort", onAbort);
            resolve(true);
          },
        };
        signal.addEventListener("abort", onAbort, { once: true });
        line.push(waiter);
        arm();
      });
    },
  };
}
