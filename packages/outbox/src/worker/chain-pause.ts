/** A pause while the chain is closed: nothing is claimed for a while, then one message to see. */
export interface ChainPause {
  /** How many messages may be in flight; `undefined` while there is no pause. */
  readonly limit: number | undefined;
  /** Begins or prolongs it. @returns whether it has begun */
  begin(): boolean;
  end(): void;
}

const firstMs = 250;
const maxMs = 30_000;

/** @param onTry called when one may be tried */
export function chainPause(onTry: () => void): ChainPause {
  let pauseMs = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    get limit() {
      if (pauseMs === 0) return undefined;
      return timer === undefined ? 1 : 0;
    },
    begin() {
      // Each of the messages in flight ends so.
      if (timer !== undefined) return false;
      const isFirst = pauseMs === 0;
      pauseMs = isFirst ? firstMs : Math.min(2 * pauseMs, maxMs);
      timer = setTimeout(() => {
        timer = undefined;
        onTry();
      }, pauseMs);
      timer.unref();
      return isFirst;
    },
    end() {
      clearTimeout(timer);
      timer = undefined;
      pauseMs = 0;
    },
  };
}
