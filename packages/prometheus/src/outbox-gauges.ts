import type { Instruments } from "./instruments.ts";
import { messageStates } from "./label-values.ts";
import { type OutboxFigures, outboxReading, type ReadingTimes } from "./outbox-reading.ts";
import type { WatchedOutbox } from "./watched.ts";

/** Gauges of how full an outbox is. @returns what takes the outbox; a later one takes the place of an earlier */
export function outboxGauges(make: Instruments, times: ReadingTimes): (outbox: WatchedOutbox) => void {
  let read: (() => Promise<OutboxFigures>) | undefined;

  make.gauge("outboxUp", async (set) => {
    if (read !== undefined) set(Number((await read()) !== undefined));
  });
  make.gauge("outboxMessages", async (set) => {
    const figures = await read?.();
    if (figures !== undefined) for (const state of messageStates) set(figures.byState[state] ?? 0, state);
  });
  make.gauge("outboxOldest", async (set) => {
    const figures = await read?.();
    if (figures !== undefined) set(figures.oldestQueuedMs / 1000);
  });
  make.gauge("outboxRescheduled", async (set) => {
    const figures = await read?.();
    if (figures !== undefined) set(figures.rescheduled);
  });
  return (outbox) => {
    read = outboxReading(outbox, times);
  };
}
