import type { LoadedChain } from "../config/load-chain.ts";

const stopNames = ["SIGTERM", "SIGINT"] as const;

/** Signals as a bulk run takes them. */
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
export function bulkSignals(chain: LoadedChain, log: (line: string) => void): BulkSignals {
  const stop = new AbortController();
  const abort = new AbortController();
  const onStop = (): void => {
    if (stop.signal.aborted) {
      abort.abort(new Error("given up by a second signal"));
      return;
    }
    log("stopping: what is under way is finished; once more to give it up");
    stop.abort();
  };
  const onReload = reloader(chain, log);
  for (const name of stopNames) process.on(name, onStop);
  process.on("SIGHUP", onReload);
  return {
    stop: stop.signal,
    abort: abort.signal,
    off() {
      for (const name of stopNames) process.off(name, onStop);
      process.off("SIGHUP", onReload);
    },
  };
}

/** Signals as a worker takes them. */
export interface WorkerSignals {
  /** Resolves at SIGTERM or SIGINT. */
  readonly stopped: Promise<void>;
  /** What SIGHUP does from now on. */
  onReload(reload: () => void): void;
  off(): void;
}

/**
 * Listens from now on, before anything is opened. A second SIGTERM ends the process at once.
 * @param asked resolves when it is asked to stop in another way: a first SIGTERM may come besides
 */
export function workerSignals(asked?: Promise<void>): WorkerSignals {
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  let reload = (): void => undefined;
  const onStop = (): void => {
    off();
    resolve();
  };
  const onHangUp = (): void => reload();
  const off = (): void => {
    for (const name of stopNames) process.off(name, onStop);
    process.off("SIGHUP", onHangUp);
  };
  for (const name of stopNames) process.on(name, onStop);
  process.on("SIGHUP", onHangUp);
  asked?.then(resolve);
  return {
    stopped,
    onReload(run) {
      reload = run;
    },
    off,
  };
}

/** What SIGHUP does: reads the configuration again, and keeps the old one if the new one is wrong. */
export function reloader(chain: LoadedChain, log: (line: string) => void): () => void {
  return () => {
    chain.reload().then(
      () => log("SIGHUP: the configuration was read again"),
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : "the new one is wrong";
        log(`SIGHUP: the old configuration stays: ${reason}`);
      },
    );
  };
}
