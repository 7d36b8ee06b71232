import type { Observer, RelaisEvent } from "./event.ts";

/** An event that nobody has seen yet. Made for this call, so that it is not copied once more: there are five a send. */
type Fresh = RelaisEvent & { chain?: string };

/**
 * One observer out of many (none: `undefined`), which cannot be harmed by any of them: what they throw is dropped, a
 * promise that they return is not waited for and may fail.
 */
export function together(observers: readonly Observer[], chain: string): Observer | undefined {
  if (observers.length === 0) return undefined;
  return (event: Fresh) => {
    event.chain ??= chain;
    const told: RelaisEvent = Object.freeze(event);
    for (const observer of observers) {
      try {
        const answer: unknown = observer(told);
        if (answer instanceof Promise) answer.catch(() => undefined);
      } catch {
        // An observer only looks on.
      }
    }
  };
}
