import { EventEmitter } from "node:events";

/** Who asks whether more may come, as of a pool of nodemailer. Nothing is held back by it. */
export interface Idling {
  /** Notes that a mail is under way until the promise settles. */
  during<T>(sending: Promise<T>): Promise<T>;
  /** Whether fewer than `maxAtOnce` mails are under way. */
  isIdle(): boolean;
  /** `idle` comes once at first, and whenever there is room again after there was none. */
  on(event: string | symbol, listener: (...args: unknown[]) => void): void;
}

/** @throws {RangeError} if `maxAtOnce` is not a whole number of 1 or more */
export function idling(maxAtOnce: number): Idling {
  if (!Number.isInteger(maxAtOnce) || maxAtOnce < 1)
    throw new RangeError("maxAtOnce must be a whole number of 1 or more");
  const events = new EventEmitter();
  let underWay = 0;
  const isIdle = (): boolean => underWay < maxAtOnce;
  const tell = (): void => {
    setImmediate(() => {
      if (isIdle()) events.emit("idle");
    });
  };
  tell();
  return {
    isIdle,
    on: (event, listener) => void events.on(event, listener),
    async during(sending) {
      underWay += 1;
      try {
        return await sending;
      } finally {
        const wasFull = !isIdle();
        underWay -= 1;
        if (wasFull && isIdle()) tell();
      }
    },
  };
}
