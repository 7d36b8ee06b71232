import type { Failure, Health } from "@relais/core/spi";
import type { Telling } from "./attempt/outcomes.ts";
import type { Session } from "./connection/connection.ts";
import type { Settings } from "./options/settings.ts";
import { replyBehind } from "./replies/remedy.ts";

/** What a failure says of the provider's health. */
export const unwell = (failure: Failure): Health =>
  Object.freeze({ provider: failure.provider, ok: false, reason: failure.reason, failure });

/**
 * Connects, encrypts, logs in, says QUIT: on a connection of its own, beside the pool. Never rejects.
 * @param inUse how many connections the pool has: if those are all that the server takes, it is well
 */
export async function verify(
  { id: provider, host, port, auth }: Settings,
  telling: Telling,
  open: (signal: AbortSignal) => Promise<Session>,
  inUse: () => number,
  signal: AbortSignal = new AbortController().signal,
): Promise<Health> {
  try {
    const session = await open(signal);
    await session.quit();
    const how = auth === undefined ? "no login needed" : "logged in";
    return Object.freeze({ provider, ok: true, reason: `${host}:${port} answers, ${how}` });
  } catch (thrown) {
    if (replyBehind(thrown)?.remedy === "fewer-connections" && inUse() > 0) {
      const reason = `${host}:${port} answers, all connections that it takes are in use`;
      return Object.freeze({ provider, ok: true, reason });
    }
    const failure = signal.aborted
      ? telling.failure({ kind: "cancelled", reason: "aborted" })
      : telling.trouble(thrown, false);
    return unwell(failure);
  }
}
