import type { Chain } from "@relais/core";
import type { LoadedChain } from "../../config/load-chain.ts";
import { reloader } from "../reloader.ts";

/** What the operating system may ask of a run. */
export interface BulkSignals {
  /** Take no more rows. */
  readonly stop: AbortSignal;
  /** Give up those under way, too. */
  readonly abort: AbortSignal;
  off(): void;
}

/**
 * SIGINT and SIGTERM end a run after what is under way, the second time at once. SIGHUP reads the configuration again,
 * and keeps the old one if the new one is wrong.
 */
export function bulkSignals(chain: Chain | LoadedChain, say: (line: string) => void): BulkSignals {
  const stop = new AbortController();
  const abort = new AbortController();
  const onStop = (): void => {
    if (stop.signal.aborted) {
      abort.abort(new Error("given up by a second signal"));
      return;
    }
    say("stopping: what is under way is finished; once more to give it up");
    stop.abort();
  };
  const handlers = [
    ["SIGINT", onStop],
    ["SIGTERM", onStop],
    ["SIGHUP", reloader(chain, say)],
  ] as const;
  for (const [name, handler] of handlers) process.on(name, handler);
  return {
    stop: stop.signal,
    abort: abort.signal,
    off() {
      for (const [name, handler] of handlers) process.off(name, handler);
    },
  };
}
