import { replyBehind } from "../replies/remedy.ts";
import type { Session } from "./connection.ts";
import type { Place } from "./connection-slots.ts";
import type { Sessions } from "./pool.ts";

/** How messages come by connections, and give them back. */
export interface Connections {
  /** An idle session, or a new one; waits where the server has turned us away. Rejects with nodemailer's error. */
  take(place: Place, signal: AbortSignal): Promise<Session>;
  /** Takes a session back that is fit for another message; resolves when it is kept, or closed. */
  give(session: Session): Promise<void>;
  /** Whether the session has had its share of messages. */
  isFull(session: Session): boolean;
  /** A kept session has died: none of those that wait is tried any more. */
  forget(): void;
}

/** @param open connects and logs in */
export function connections(idle: Sessions, open: (signal: AbortSignal) => Promise<Session>): Connections {
  return {
    give: idle.give,
    isFull: idle.isFull,
    forget: idle.drop,
    take: async (place, signal) => {
      for (;;) {
        signal.throwIfAborted();
        const kept = idle.take();
        if (kept !== undefined) return kept;
        try {
          return await open(signal);
        } catch (thrown) {
          const turnedAway = replyBehind(thrown)?.remedy === "fewer-connections";
          if (signal.aborted || !turnedAway || !(await place.stepBack(signal))) throw thrown;
        }
      }
    },
  };
}
