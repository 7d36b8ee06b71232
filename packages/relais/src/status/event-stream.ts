import type { ServerResponse } from "node:http";

/** One open page, which is sent updates (server-sent events). */
interface Subscriber {
  readonly response: ServerResponse;
  /** The key of the last update. */
  lastKey: string;
  /** Since when it has not read, ms. */
  stalledAt: number | undefined;
}

/** What pages are sent. */
export interface Update {
  /** The same for the same state. */
  readonly key: string;
  /** As this page may see it; `undefined` if it may not any more. */
  readonly textFor: (response: ServerResponse) => string | undefined;
}

export interface EventStream {
  /** @returns whether there was room */
  add(response: ServerResponse): boolean;
  close(): void;
}

const mostSubscribers = 50;
const standardTimes = {
  everyMs: 1_000,
  /** A page that reads nothing for so long is closed. Until then nothing more is written to it. */
  mostStallMs: 10_000,
};

/** Sends updates to open pages, once a second, or as slowly as an update is made: never two at a time. */
export function eventStream(
  makeUpdate: () => Promise<Update>,
  times: typeof standardTimes = standardTimes,
): EventStream {
  const { everyMs, mostStallMs } = times;
  const subscribers = new Set<Subscriber>();
  const now = (): number => performance.now();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const isReading = (subscriber: Subscriber): boolean => {
    if (!subscriber.response.writableNeedDrain) {
      subscriber.stalledAt = undefined;
      return true;
    }
    subscriber.stalledAt ??= now();
    if (now() - subscriber.stalledAt >= mostStallMs) subscriber.response.destroy();
    return false;
  };
  const sendUpdate = async (): Promise<void> => {
    if (subscribers.size === 0) return;
    const { key, textFor } = await makeUpdate();
    for (const subscriber of subscribers) {
      const { response, lastKey } = subscriber;
      const text = textFor(response);
      if (text === undefined) response.end();
      else if (isReading(subscriber)) {
        response.write(lastKey === key ? ": \n\n" : `data: ${JSON.stringify(text)}\n\n`);
        subscriber.lastKey = key;
      }
    }
  };
  const schedule = (delayMs: number): void => {
    timer = setTimeout(async () => {
      const startedAt = now();
      await sendUpdate().catch(() => undefined);
      // An update that takes long is made half of the time at most.
      if (!isClosed) schedule(Math.max(everyMs, now() - startedAt));
    }, delayMs).unref();
  };
  schedule(everyMs);

  return {
    add(response) {
      if (subscribers.size >= mostSubscribers) return false;
      const subscriber: Subscriber = { response, lastKey: "", stalledAt: undefined };
      subscribers.add(subscriber);
      response.once("close", () => subscribers.delete(subscriber));
      return true;
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      for (const { response } of subscribers) response.end();
    },
  };
}
