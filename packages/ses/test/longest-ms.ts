import { monitorEventLoopDelay } from "node:perf_hooks";

/**
 * The longest time in which nothing else ran, or all the time that the processor was at work, whichever is less: on a
 * busy machine the first is as much about the others. The best of some tries.
 */
export async function longestMs(work: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 8 && best >= 50; i++) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const before = process.cpuUsage();
    delay.enable();
    await work();
    await new Promise((resolve) => setTimeout(resolve, 5));
    delay.disable();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, delay.max / 1e6, (user + system) / 1e3);
  }
  return best;
}

/** So many bytes of a text, over and over. */
export const fill = (text: string, bytes = 1_000_000): string => text.repeat(Math.ceil(bytes / text.length));
