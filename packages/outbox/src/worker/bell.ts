/** Something to wait for: rung, or after a time. What is rung while nobody waits is heard by the next who does. */
export interface Bell {
  ring(): void;
  wait(atMostMs: number): Promise<void>;
}

export function bell(): Bell {
  let rung = false;
  let hear: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      hear?.();
    },
    wait(atMostMs) {
      if (rung) {
        rung = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          hear = undefined;
          rung = false;
          resolve();
        };
        const timer = setTimeout(end, atMostMs);
        hear = end;
      });
    },
  };
}
