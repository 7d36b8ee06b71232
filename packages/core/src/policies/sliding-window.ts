/** Counts what was taken within the last `windowMs`, and says when there will be room again. */
export interface SlidingWindow {
  /** 0 if `weight` fits now, else how long until it may, ms. Something heavier than the limit may go alone. */
  waitMs(weight: number, now: number): number;
  take(weight: number, now: number): void;
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
  const leavesAt = (entry: Entry): number => entry.at + grainMs + windowMs;
  const prune = (now: number): void => {
    let gone = 0;
    for (const entry of entries) {
      if (leavesAt(entry) > now) break;
      total -= entry.weight;
      gone++;
    }
    if (gone > 0) entries.splice(0, gone);
  };
  return {
    waitMs(weight, now) {
      prune(now);
      if (total === 0 || total + weight <= limit) return 0;
      let left = total;
      for (const entry of entries) {
        left -= entry.weight;
        if (left <= 0 || left + weight <= limit) return leavesAt(entry) - now;
      }
      return windowMs;
    },
    take(weight, now) {
      prune(now);
      const last = entries.at(-1);
      // One entry a moment, so that giving back finds all of it.
      if (last !== undefined && (now === last.at || now - last.at < grainMs)) last.weight += weight;
      else entries.push({ at: now, weight });
      total += weight;
    },
    giveBack(weight, takenAt) {
      // Only from where it was put: a later entry is somebody else's, and one that has left is no longer counted.
      const at = entries.findLastIndex((entry) => entry.at <= takenAt);
      const entry = entries[at];
      if (entry === undefined || takenAt - entry.at > grainMs) return;
      const back = Math.min(weight, entry.weight);
      entry.weight -= back;
      total -= back;
      if (entry.weight === 0) entries.splice(at, 1);
    },
    used(now) {
      prune(now);
      return total;
    },
  };
}
