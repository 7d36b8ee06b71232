import type { SlidingWindow } from "./sliding-window.ts";

/** What is left of somebody else's quota: it only shrinks, until they are asked again. */
export function remainder(left: number, askedAgainAt: number): SlidingWindow {
  let used = 0;
  return {
    waitMs: (weight, now) => (used + weight <= left ? 0 : Math.max(1_000, askedAgainAt - now)),
    take(weight) {
      used += weight;
    },
    giveBack(weight) {
      used = Math.max(0, used - weight);
    },
    used: () => used,
  };
}
