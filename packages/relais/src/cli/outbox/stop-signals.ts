/** What a worker is told from outside. */
export interface StopSignals {
  /** Resolves at SIGTERM or SIGINT. */
  readonly told: Promise<void>;
  /** What SIGHUP does from now on. */
  onReload(reload: () => void): void;
  forget(): void;
}

/** Listens from now on, before anything is opened. The second SIGTERM is not waited for any more. */
export function stopSignals(): StopSignals {
  const { promise: told, resolve } = Promise.withResolvers<void>();
  let reload = (): void => undefined;
  const stop = (): void => {
    forget();
    resolve();
  };
  const hangUp = (): void => reload();
  const forget = (): void => {
    process.off("SIGTERM", stop).off("SIGINT", stop).off("SIGHUP", hangUp);
  };
  process.on("SIGTERM", stop).on("SIGINT", stop).on("SIGHUP", hangUp);
  return {
    told,
    onReload(run) {
      reload = run;
    },
    forget,
  };
}
