import type pg from "pg";
import { withTimeout } from "./with-timeout.ts";

const firstPauseMs = 250;
const maxPauseMs = 10_000;
/** A connection that died silently is found by a query that nobody answers. */
const heartbeatMs = 10_000;
const closeTimeoutMs = 1_000;
const withLimit = (text: string): pg.QueryConfig & { query_timeout: number } => ({
  text,
  query_timeout: heartbeatMs,
});

/**
 * LISTEN on a connection of its own, which reconnects by itself. The first connection must succeed: a wrong address is
 * reported at once.
 */
export async function listen(
  connect: () => pg.Client,
  channel: string,
  onNotify: () => void,
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
    if (!ended) reconnect(firstPauseMs);
  };
  const open = async (): Promise<void> => {
    const next = connect();
    next.on("error", () => drop(next));
    next.on("end", () => drop(next));
    next.on("notification", onNotify);
    try {
      await withTimeout(next.connect(), heartbeatMs);
      await next.query(withLimit(`listen "${channel}"`));
    } catch (error) {
      next.end().catch(() => undefined);
      throw error;
    }
    if (ended) return next.end();
    client = next;
    heartbeat = setInterval(() => next.query(withLimit("select 1")).catch(() => drop(next)), heartbeatMs);
    heartbeat.unref();
    onNotify();
  };
  const reconnect = (pauseMs: number): void => {
    timer = setTimeout(() => {
      open().catch(() => {
        if (!ended) reconnect(Math.min(pauseMs * 2, maxPauseMs));
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
    // A server that does not answer must not keep the process. The driver has `unref`; its types do not say so.
    const closed = last.end();
    (last as unknown as { unref(): void }).unref();
    await withTimeout(closed, closeTimeoutMs).catch(() => undefined);
  };
}
