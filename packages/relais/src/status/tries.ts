import { isIPv6 } from "node:net";

/** Bounds how often a token may be guessed. */
export interface Tries {
  /** Takes one, if there is one left. */
  take(address: string): boolean;
  /** It was no guess: the token was right. */
  giveBack(address: string): void;
}

/** Wrong tokens a minute: by one address, and by all of them. */
const mostOfOne = 10;
const mostOfAll = 100;
export const triesWindowMs = 60_000;

/** Whoever has one address of IPv6 has all that share its first half. */
function neighbourhood(address: string): string {
  if (!isIPv6(address) || address.includes(".")) return address.replace(/^::ffff:/i, "");
  const [head = "", tail] = address.replace(/%.*$/, "").split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const filled = [...first, ...new Array(Math.max(0, 8 - first.length - last.length)).fill("0"), ...last];
  return filled.slice(0, 4).join(":");
}

/** @param now ms, of a clock that is not set */
export function tries(now: () => number = () => performance.now()): Tries {
  // As many addresses at most as there are tries in all.
  let byAddress = new Map<string, number>();
  let ofAll = 0;
  let until = 0;
  return {
    take(address) {
      if (now() >= until) {
        byAddress = new Map();
        ofAll = 0;
        until = now() + triesWindowMs;
      }
      const key = neighbourhood(address);
      const ofOne = byAddress.get(key) ?? 0;
      if (ofOne >= mostOfOne || ofAll >= mostOfAll) return false;
      byAddress.set(key, ofOne + 1);
      ofAll += 1;
      return true;
    },
    giveBack(address) {
      const key = neighbourhood(address);
      const ofOne = byAddress.get(key) ?? 0;
      if (ofOne === 0) return;
      byAddress.set(key, ofOne - 1);
      ofAll -= 1;
    },
  };
}
