import type pg from "pg";
import { inTime } from "./with-timeout.ts";

const firstPauseMs = 250;
const longestPauseMs = 10_000;
/** A connection that died silently is found by asking: no answer comes. */
const heartbeatMs = 10_000;
const goodbyeMs = 1_000;
const limited = (text: string): pg.QueryConfig & { query_timeout: number } => ({
  text,
  query_timeout: heartbeatMs,
});

/**
 * LISTEN on a connection of its own, which comes back by itself. The first connection must succeed: a wrong address
 * is told at once.
 */
export async function listenOn(
  connect: () => pg.Client,
  channel: string,
  heard: () => void,
): Promise<() => Promise<void>> {
  let ended = false;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let heartbeat: NodeJS.Timeout | undefined;

  const drop = (lost: pg.Client): void => {
    if (client !== lost) return;
    client = undefined;
    clearInterval(heartbeat);
    lost.end().catch(() => undefined);
    if (!ended) again(firstPauseMs);
  };
  const open = async (): Promise<void> => {
    const next = connect();
    next.on("error", () => drop(next));
    next.on("end", () => drop(next));
    next.on("notification", heard);
    try {
      await inTime(next.connect(), heartbeatMs);
      await next.query(limited(`listen "${channel}"`));
    } catch (error) {
      next.end().catch(() => undefined);
      throw error;
    }
    if (ended) return next.end();
    client = next;
    heartbeat = setInterval(() => next.query(limited("select 1")).catch(() => drop(next)), heartbeatMs);
    heartbeat.unref();
    heard();
  };
  const again = (pauseMs: number): void => {
    timer = setTimeout(() => {
      open().catch(() => {
        if (!ended) again(Math.min(pauseMs * 2, longestPauseMs));
      });
    }, pauseMs);
  };

  await open();
  return async () => {
    ended = true;
    clearTimeout(timer);
    clearInterval(heartbeat);
    const last = client;
    client = undefined;
    if (last === undefined) return;
    // One that nobody answers does not keep the process. The driver can do this; its types do not say so.
    const gone = last.end();
    (last as unknown as { unref(): void }).unref();
    await inTime(gone, goodbyeMs).catch(() => undefined);
  };
}
