import type { FeedbackEvent, FeedbackStore } from "@relais/core/spi";

/** A store in memory, for tests. It knows no messages: no event is early or foreign to it. */
export interface MemoryFeedbackStore extends FeedbackStore {
  /** What was stored, in order, each event once. */
  readonly events: readonly FeedbackEvent[];
}

/** Keeps events in memory, and nothing else: they are gone with the process. */
export function memoryFeedbackStore(): MemoryFeedbackStore {
  const kept = new Map<string, FeedbackEvent>();
  return {
    get events() {
      return [...kept.values()];
    },
    async record(events) {
      const before = kept.size;
      for (const event of events)
        kept.set(JSON.stringify([event.provider, event.eventId, event.recipient]), event);
      const stored = kept.size - before;
      return { stored, repeated: events.length - stored, early: 0, foreign: 0 };
    },
  };
}
