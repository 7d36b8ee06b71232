/**
 * Counts what was taken within the last `windowMs`, and says when there will be room again. What is taken for a later
 * time counts, too: a later request comes after it.
 */
export interface SlidingWindow {
  /** 0 if `weight` fits now, else how long until it may, ms. Something heavier than the limit may go alone. */
  waitMs(weight: number, now: number): number;
  /** Takes it now, or for the time that `waitMs` said. */
  take(weight: number, at: number): void;
  /** Gives back what was taken at `takenAt` but not used. */
  giveBack(weight: number, takenAt: number): void;
  used(now: number): number;
}

interface Entry {
  readonly at: number;
  weight: number;
}

/**
 * @param limit what may be taken within any `windowMs`
 * @param grainMs takings this close together are remembered as one (and for this much longer): bounds the memory
 */
export function slidingWindow(limit: number, windowMs: number, grainMs: number): SlidingWindow {
  const entries: Entry[] = [];
  let total = 0;
  /** Entries that have left when the last one is taken, and their weight. */
  let head = 0;
  let gone = 0;
  const leavesAt = (entry: Entry): number => entry.at + grainMs + windowMs;
  const prune = (now: number): void => {
    let left = 0;
    for (const entry of entries) {
      if (leavesAt(entry) > now) break;
      total -= entry.weight;
      if (left < head) gone -= entry.weight;
      left++;
    }
    if (left === 0) return;
    entries.splice(0, left);
    head = Math.max(0, head - left);
  };
  return {
    waitMs(weight, now) {
      prune(now);
      const from = Math.max(now, entries.at(-1)?.at ?? now);
      for (; head < entries.length; head++) {
        const entry = entries[head] as Entry;
        if (leavesAt(entry) > from) break;
        gone += entry.weight;
      }
      let left = total - gone;
      if (left <= 0 || left + weight <= limit) return from - now;
      for (let i = head; i < entries.length; i++) {
        const entry = entries[i] as Entry;
        left -= entry.weight;
        if (left <= 0 || left + weight <= limit) return leavesAt(entry) - now;
      }
      return windowMs;
    },
    take(weight, at) {
      const last = entries.at(-1);
      // One entry a moment, so that giving back finds all of it.
      if (last !== undefined && (at === last.at || at - last.at < grainMs)) last.weight += weight;
      else entries.push({ at, weight });
      total += weight;
    },
    giveBack(weight, takenAt) {
      // Only from where it was put: a later entry is another's, and one that has left is no longer counted.
      const at = entries.findLastIndex((entry) => entry.at <= takenAt);
      const entry = entries[at];
      if (entry === undefined || takenAt - entry.at > grainMs) return;
      const back = Math.min(weight, entry.weight);
      entry.weight -= back;
      total -= back;
      if (entry.weight === 0) entries.splice(at, 1);
      // The last one may be another now, so what has left by then is counted anew.
      head = 0;
      gone = 0;
    },
    used(now) {
      prune(now);
      return total;
    },
  };
}
