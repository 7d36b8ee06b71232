/** Whom the harness lets the far end refuse, or put off, in the acts `partial` and `putOff`. */
export const refusedOne = "cleo@example.net";

/** Those it takes the same message for, in order. */
export const theOthers: readonly string[] = ["bob@example.net", "dan@example.net"];

/** The one stands in the middle, so that "the first" and "the last" are no good guesses. */
export const threeRecipients: readonly string[] = ["bob@example.net", refusedOne, "dan@example.net"];
