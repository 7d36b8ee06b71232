import { setTimeout as pause } from "node:timers/promises";

const firstPauseMs = 100;
const longestPauseMs = 2_000;

/**
 * Whether the database refused what was written, rather than being away: SQLSTATE classes 21 to 23 and 42 (wrong
 * data, wrong statement) will be refused each time.
 */
export function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^(2[123]|42)...$/.test(code);
}

const closed =
  /^(Cannot use a pool after calling end|PGlite is clos|Client was closed|Connection terminated by pool)/;

/** Whether somebody has closed the database in this process: it will not come back. */
function isClosed(error: unknown): boolean {
  return error instanceof Error && closed.test(error.message);
}

/** Runs a write until the database has taken it. Rejects if it refuses it or is closed, or when `signal` aborts. */
export async function persist<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await write();
    } catch (error) {
      if (isRefusal(error) || isClosed(error) || signal.aborted) throw error;
    }
    await pause(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
