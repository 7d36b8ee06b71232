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

function arm(lane: TimerGroup, delayMs: number): void {
  lane.timer = setTimeout(fire, delayMs, lane);
}

function fire(lane: TimerGroup): void {
  lane.timer = undefined;
  try {
    runDue(lane);
  } finally {
    // What one of them throws must not cost the others their time.
    if (lane.live === 0) timerGroups.delete(lane.delayMs);
    else if (lane.timer === undefined) {
      arm(lane, Math.max(1, Math.ceil((lane.entries[0] as Entry).at - now())));
    }
  }
}

function runDue(lane: TimerGroup): void {
  const due = now();
  while (lane.entries[0] !== undefined && (lane.entries[0].run === undefined || lane.entries[0].at <= due)) {
    const entry = lane.entries.shift() as Entry;
    const { run } = entry;
    if (run === undefined) continue;
    entry.run = undefined;
    lane.live -= 1;
    run();
  }
}

function sharedTimer(delayMs: number, run: () => void): () => void {
  let lane = timerGroups.get(delayMs);
  if (lane === undefined) {
    lane = { delayMs, entries: [], live: 0, timer: undefined };
    timerGroups.set(delayMs, lane);
  }
  const entry: Entry = { at: now() + delayMs, run };
  lane.entries.push(entry);
  lane.live += 1;
  if (lane.timer === undefined) arm(lane, delayMs);
  else if (lane.live === 1) lane.timer.ref();
  return cancelShared.bind(undefined, lane, entry);
}

function cancelShared(lane: TimerGroup, entry: Entry): void {
  if (entry.run === undefined) return;
  entry.run = undefined;
  lane.live -= 1;
  if (lane.live > 0) {
    while (lane.entries[0]?.run === undefined && lane.entries.length > 0) lane.entries.shift();
    // Behind one that is still waited for, those that were taken back must not pile up.
    if (lane.entries.length > 2 * lane.live + 64) {
      lane.entries = lane.entries.filter(({ run }) => run !== undefined);
    }
    return;
  }
  // The timer stays for the next one, but keeps no process alive.
  lane.entries.length = 0;
  lane.timer?.unref();
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
    const ring = (): void => {
      // Timers count whole ms from when the event loop last looked, so one may come too early.
      const left = until - clock.now();
      if (left > 0) {
        cancel = clock.after(Math.ceil(left), ring);
        return;
      }
      signal?.removeEventListener("abort", onAbort);
      resolve(true);
    };
    let cancel = clock.after(Math.ceil(delayMs), ring);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
