import type { ServerResponse } from "node:http";

/** One open page, to which news go (server-sent events). */
interface Reader {
  readonly response: ServerResponse;
  /** What it was told last. */
  seen: string;
  /** Since when it has not read, ms. */
  stalledAt: number | undefined;
}

/** What a page is told. */
export interface News {
  /** The same for the same state. */
  readonly key: string;
  /** As this reader may see it; `undefined` if it may not any more. */
  readonly textFor: (response: ServerResponse) => string | undefined;
}

export interface Readers {
  /** @returns whether there was room */
  add(response: ServerResponse): boolean;
  close(): void;
}

const most = 50;
const standardTimes = {
  everyMs: 1_000,
  /** Whoever reads nothing for so long has gone. What it did not read waits in the socket, and no more is written. */
  mostStallMs: 10_000,
};

/** Tells open pages what is new, once a second, or as slowly as the news are had: never a second time meanwhile. */
export function readers(news: () => Promise<News>, times: typeof standardTimes = standardTimes): Readers {
  const { everyMs, mostStallMs } = times;
  const all = new Set<Reader>();
  const now = (): number => performance.now();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const isReading = (reader: Reader): boolean => {
    if (!reader.response.writableNeedDrain) {
      reader.stalledAt = undefined;
      return true;
    }
    reader.stalledAt ??= now();
    if (now() - reader.stalledAt >= mostStallMs) reader.response.destroy();
    return false;
  };
  const tell = async (): Promise<void> => {
    if (all.size === 0) return;
    const { key, textFor } = await news();
    for (const reader of all) {
      const text = textFor(reader.response);
      if (text === undefined) reader.response.end();
      else if (isReading(reader)) {
        reader.response.write(reader.seen === key ? ": \n\n" : `data: ${JSON.stringify(text)}\n\n`);
        reader.seen = key;
      }
    }
  };
  const round = (): void => {
    const begun = now();
    const next = (): void => {
      // News that take long are asked for half of the time at most.
      if (!isClosed) timer = setTimeout(round, Math.max(everyMs, now() - begun)).unref();
    };
    tell().then(next, next);
  };
  timer = setTimeout(round, everyMs).unref();

  return {
    add(response) {
      if (all.size >= most) return false;
      const reader: Reader = { response, seen: "", stalledAt: undefined };
      all.add(reader);
      response.once("close", () => all.delete(reader));
      return true;
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      for (const { response } of all) response.end();
    },
  };
}
