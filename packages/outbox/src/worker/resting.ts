/** A worker whose chain takes nothing at all: it claims nothing for a while, then one message to see. */
export interface Resting {
  /** How many messages may be held; `undefined` if this says nothing about it. */
  readonly room: number | undefined;
  /** @returns whether it is the first time, one after the other */
  begin(): boolean;
  over(): void;
}

const firstMs = 250;
const longestMs = 30_000;

/** @param wake told when something may be tried */
export function resting(wake: () => void): Resting {
  let pauseMs = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    get room() {
      if (pauseMs === 0) return undefined;
      return timer === undefined ? 1 : 0;
    },
    begin() {
      // Of many that were under way each is turned away.
      if (timer !== undefined) return false;
      const isFirst = pauseMs === 0;
      pauseMs = isFirst ? firstMs : Math.min(2 * pauseMs, longestMs);
      timer = setTimeout(() => {
        timer = undefined;
        wake();
      }, pauseMs);
      timer.unref();
      return isFirst;
    },
    over() {
      clearTimeout(timer);
      timer = undefined;
      pauseMs = 0;
    },
  };
}
