import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";

/** Connections that are kept between requests. */
export interface Pool {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  readonly connectionTimeoutMs: number;
  destroy(): void;
}

export interface PoolOptions {
  readonly maxConnections: number;
  readonly connectionTimeoutMs: number;
  readonly ca?: string | readonly string[] | undefined;
}

// A connection that the far end let go while idle looks, once a request is on it, like one lost after the far end
// took the message. So ours are let go first.
const idleMs = 5_000;

/** Two agents, one for each scheme. Idle connections do not keep the process alive. */
export function pool({ maxConnections, connectionTimeoutMs, ca }: PoolOptions): Pool {
  // One more than messages need: `verify` does not stand in line with them.
  const shape = { keepAlive: true, maxSockets: maxConnections + 1, timeout: idleMs };
  const http = new HttpAgent(shape);
  const https = new HttpsAgent({
    ...shape,
    ...(ca === undefined ? {} : { ca: typeof ca === "string" ? ca : [...ca] }),
  });
  return {
    http,
    https,
    connectionTimeoutMs,
    destroy: () => {
      http.destroy();
      https.destroy();
    },
  };
}
