/** Time as the policies and the chain see it. Tests give their own, so that none of them sleeps. */
export interface Clock {
  /**
   * Ms that never go backwards, counted from anywhere: what durations, waits and deadlines are measured by. The
   * machine's clock may be set; this one may not follow it.
   */
  now(): number;
  /** The machine's clock, ms since 1970: for stamps that people and other machines read. @defaultValue `now()` */
  wallNow?(): number;
  /** Calls `run` once, `delayMs` from now, unless the returned function is called before. */
  after(delayMs: number, run: () => void): () => void;
}

/** What a clock says the time is, ms since 1970. */
export function wallNow(clock: Clock): number {
  return clock.wallNow === undefined ? clock.now() : clock.wallNow();
}

/** A moment on a clock as the machine's clock would call it now, ms since 1970. */
export function wallAt(clock: Clock, at: number): number {
  return wallNow(clock) + (at - clock.now());
}

const longestDelayMs = 2 ** 31 - 1;
/** Longer delays share a timer: they are deadlines, which are set for every send and hardly ever come. */
const sharedFromMs = 1_000;

const now = (): number => performance.now();

interface Entry {
  readonly at: number;
  run: (() => void) | undefined;
}

/** All who wait for the same delay, in order: one timer of Node's for all of them. */
interface TimerGroup {
  readonly delayMs: number;
  entries: Entry[];
  /** Entries that have not been taken back. */
  live: number;
  timer: NodeJS.Timeout | undefined;
}

const timerGroups = new Map<number, TimerGroup>();

function arm(group: TimerGroup, delayMs: number): void {
  group.timer = setTimeout(fire, delayMs, group);
}

function fire(group: TimerGroup): void {
  group.timer = undefined;
  try {
    runDue(group);
  } finally {
    // What one of them throws must not cost the others their time.
    if (group.live === 0) timerGroups.delete(group.delayMs);
    else if (group.timer === undefined) {
      arm(group, Math.max(1, Math.ceil((group.entries[0] as Entry).at - now())));
    }
  }
}

function runDue(group: TimerGroup): void {
  const due = now();
  while (
    group.entries[0] !== undefined &&
    (group.entries[0].run === undefined || group.entries[0].at <= due)
  ) {
    const entry = group.entries.shift() as Entry;
    const { run } = entry;
    if (run === undefined) continue;
    entry.run = undefined;
    group.live -= 1;
    run();
  }
}

function sharedTimer(delayMs: number, run: () => void): () => void {
  let group = timerGroups.get(delayMs);
  if (group === undefined) {
    group = { delayMs, entries: [], live: 0, timer: undefined };
    timerGroups.set(delayMs, group);
  }
  const entry: Entry = { at: now() + delayMs, run };
  group.entries.push(entry);
  group.live += 1;
  if (group.timer === undefined) arm(group, delayMs);
  else if (group.live === 1) group.timer.ref();
  return cancelShared.bind(undefined, group, entry);
}

function cancelShared(group: TimerGroup, entry: Entry): void {
  if (entry.run === undefined) return;
  entry.run = undefined;
  group.live -= 1;
  if (group.live > 0) {
    while (group.entries[0]?.run === undefined && group.entries.length > 0) group.entries.shift();
    // Behind one that is still waited for, those that were taken back must not pile up.
    if (group.entries.length > 2 * group.live + 64) {
      group.entries = group.entries.filter(({ run }) => run !== undefined);
    }
    return;
  }
  // The timer stays for the next one, but keeps no process alive.
  group.entries.length = 0;
  group.timer?.unref();
}

/** The machine's own clocks: the one that only goes on, for durations, and the one that people set, for stamps. */
export const systemClock: Clock = Object.freeze({
  now,
  wallNow: () => Date.now(),
  after(delayMs: number, run: () => void) {
    // A longer delay would overflow to 1 ms.
    const bounded = Math.min(Math.max(0, delayMs), longestDelayMs);
    if (bounded >= sharedFromMs && Number.isInteger(bounded)) return sharedTimer(bounded, run);
    const timer = setTimeout(run, bounded);
    return () => clearTimeout(timer);
  },
});

/**
 * Resolves `true` after `delayMs`, never earlier by the same clock, or `false` as soon as the signal aborts. Leaves no
 * timer and no listener behind.
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const until = clock.now() + delayMs;
    const onAbort = (): void => {
      cancel();
      resolve(false);
    };
    const check = (): void => {
      // Timers count whole ms from when the event loop last looked, so one may come too early.
      const left = until - clock.now();
      if (left > 0) {
        cancel = clock.after(Math.ceil(left), check);
        return;
      }
      signal?.removeEventListener("abort", onAbort);
      resolve(true);
    };
    let cancel = clock.after(Math.ceil(delayMs), check);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
