import type { Place } from "./places.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";

/** How a message comes by a connection. */
export interface Connections {
  /** An idle session, or a new one; waits where the server has turned us away. Rejects with nodemailer's error. */
  take(place: Place, signal: AbortSignal): Promise<Session>;
  /** The server has turned this message away, since it has enough connections: false if there is no hope. */
  stepBack(place: Place, signal: AbortSignal): Promise<boolean>;
  /** Takes a session back that is fit for another message; resolves when it is kept, or closed. */
  give(session: Session): Promise<void>;
  /** Kept sessions have died: none of those that wait is tried any more. */
  forget(): void;
}

/**
 * @param open connects and logs in
 * @param turnedAway whether what `open` rejected with means that there are too many connections
 */
export function connections(
  idle: Sessions,
  open: (signal: AbortSignal) => Promise<Session>,
  turnedAway: (thrown: unknown) => boolean,
): Connections {
  const stepBack = (place: Place, signal: AbortSignal): Promise<boolean> => place.stepBack(signal);
  return {
    stepBack,
    give: idle.give,
    forget: idle.drop,
    take: async (place, signal) => {
      for (;;) {
        signal.throwIfAborted();
        const kept = idle.take();
        if (kept !== undefined) return kept;
        try {
          return await open(signal);
        } catch (thrown) {
          if (signal.aborted || !turnedAway(thrown) || !(await place.stepBack(signal))) throw thrown;
        }
      }
    },
  };
}
