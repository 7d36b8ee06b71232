import {
  type ClientRequest,
  type ClientRequestArgs,
  Agent as HttpAgent,
  request as httpRequest,
  type OutgoingHttpHeaders,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { connectTunnel } from "./connect-tunnel.ts";
import { type HttpProxy, httpProxy } from "./http-proxy.ts";
import { proxyEnvironment, proxyFromEnvironment, type Target } from "./proxy-environment.ts";

export interface HttpConnectionsOptions {
  /** Connections at once; one more is made for checks, which do not stand in line with messages. */
  readonly maxConnections: number;
  /** From the look-up of the host's name to the end of the TLS handshake, a proxy's share included, ms. */
  readonly connectionTimeoutMs: number;
  /** PEM certificates to trust in place of Node's own. */
  readonly ca?: string | readonly string[] | undefined;
  /** The URL of a proxy that knows CONNECT. @defaultValue what Node was told of proxies: `NODE_USE_ENV_PROXY` */
  readonly proxy?: string | undefined;
}

/** A request but for its body. */
export interface HttpCall {
  readonly secure: boolean;
  /** A name or an address, an IPv6 one with brackets or without. */
  readonly host: string;
  readonly port?: number | undefined;
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
}

/** Connections to HTTP servers that are kept between requests, direct ones or through a proxy. */
export interface HttpConnections {
  /**
   * A request on a connection that is ready for its first byte: looked up, connected (by the proxy), TLS handshake done
   * and certificate checked. Nothing of it is written. Rejects with what went wrong, `code: "ETIMEDOUT"` after
   * `connectionTimeoutMs`, or with an AbortError; nothing is left open then.
   */
  begin(call: HttpCall, signal?: AbortSignal): Promise<ClientRequest>;
  /** Of the proxies: what must not come out. */
  readonly secrets: readonly string[];
  /** Ends idle connections, and those not made yet. */
  destroy(): void;
}

// A connection that the far end let go while idle looks, once a request is on it, like one lost after the far end
// took the message. So ours are let go first.
const idleMs = 5_000;

/** Where the options of a request say when its connection is no longer wanted. */
const unwanted = Symbol("unwanted");

/** Connections that have stood: kept ones, and those through a proxy. */
const stood = new WeakSet<Socket>();

type Connect = (
  options: ClientRequestArgs & { [unwanted]?: AbortSignal },
  callback: (thrown: Error | null, socket?: Socket) => void,
) => Socket | undefined;

const tooLate = (ms: number): Error =>
  Object.assign(new Error(`no connection within ${ms} ms`), { code: "ETIMEDOUT" });

/** Notes on an error by way of which proxy it came. */
function blame(thrown: unknown, proxy: HttpProxy | undefined): unknown {
  if (proxy !== undefined && thrown instanceof Error) Object.assign(thrown, { proxy: proxy.name });
  return thrown;
}

/** `" (proxy proxy.example:3128)"` for an error met on the way through a proxy, else nothing. */
export function throughProxy(thrown: unknown): string {
  const { proxy } = (thrown ?? {}) as { proxy?: unknown };
  return typeof proxy === "string" ? ` (proxy ${proxy})` : "";
}

function secured(socket: Socket, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = (): void => {
    reject(signal.reason);
    socket.destroy();
  };
  socket.on("error", reject);
  socket.once("close", () => reject(Object.assign(new Error("closed"), { code: "ECONNRESET" })));
  socket.once("secureConnect", resolve);
  signal.addEventListener("abort", onAbort, { once: true });
  return promise.finally(() => signal.removeEventListener("abort", onAbort));
}

/**
 * Connections for a provider that speaks HTTP. Idle ones do not keep the process alive, and are closed after 5 s.
 * @param options `proxy` as `checkProxy` takes it
 */
export function httpConnections(options: HttpConnectionsOptions): HttpConnections {
  const { maxConnections, connectionTimeoutMs, ca } = options;
  const closing = new AbortController();
  const environment = options.proxy === undefined ? proxyEnvironment() : undefined;
  const known = new Map<string, HttpProxy>();
  const proxyAt = (url: string): HttpProxy => {
    const proxy = known.get(url) ?? httpProxy(url);
    known.set(url, proxy);
    return proxy;
  };
  const route = (target: Target): HttpProxy | undefined => {
    const url =
      options.proxy ?? (environment === undefined ? undefined : proxyFromEnvironment(environment, target));
    return url === undefined ? undefined : proxyAt(url);
  };

  /** Makes an agent go through the proxy that there is for a target. */
  const tunnelled = <A extends HttpAgent>(agent: A, secure: boolean): A => {
    const direct = agent.createConnection.bind(agent) as unknown as Connect;
    const through = async (proxy: HttpProxy, target: Target, given: Parameters<Connect>[0]) => {
      const asked = given[unwanted];
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(tooLate(connectionTimeoutMs)), connectionTimeoutMs);
      const bounds = [closing.signal, late.signal];
      // A connection made in place of one that broke comes with the options of that one.
      const signal = AbortSignal.any(asked === undefined || asked.aborted ? bounds : [asked, ...bounds]);
      try {
        const tunnel = await connectTunnel(proxy, target.host, target.port, signal);
        if (!secure) return tunnel;
        const socket = direct({ ...given, socket: tunnel } as typeof given, () => {}) as Socket;
        await secured(socket, signal);
        return socket;
      } finally {
        clearTimeout(timer);
      }
    };
    const connect: Connect = (given, callback) => {
      const target = { secure, host: given.host ?? "localhost", port: Number(given.port) };
      const proxy = route(target);
      if (proxy === undefined) return direct(given, callback);
      through(proxy, target, given).then(
        (socket) => {
          stood.add(socket);
          callback(null, socket);
        },
        (thrown: unknown) => callback(blame(thrown, proxy) as Error),
      );
      return undefined;
    };
    return Object.assign(agent, { createConnection: connect });
  };

  // Tunnels are made here: an agent of Node's that made them too would make them twice.
  const shape = { keepAlive: true, maxSockets: maxConnections + 1, timeout: idleMs, proxyEnv: undefined };
  const http = tunnelled(new HttpAgent(shape), false);
  const trusted = ca === undefined ? {} : { ca: typeof ca === "string" ? ca : [...ca] };
  const https = tunnelled(new HttpsAgent({ ...shape, ...trusted }), true);

  const begin = async (call: HttpCall, signal?: AbortSignal): Promise<ClientRequest> => {
    signal?.throwIfAborted();
    const { secure, method, path, headers } = call;
    const host = call.host.replace(/^\[|\]$/g, "");
    const port = call.port ?? (secure ? 443 : 80);
    const unneeded = new AbortController();
    const request = (secure ? httpsRequest : httpRequest)({
      host,
      port,
      method,
      path,
      headers,
      agent: secure ? https : http,
      [unwanted]: unneeded.signal,
    } as ClientRequestArgs);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let broken: Error | undefined;
    const fail = (thrown: Error): void => {
      broken ??= thrown;
      reject(thrown);
    };
    // Stays for good: an error nobody listens to would end the process.
    request.on("error", fail);
    const late = setTimeout(() => {
      fail(blame(tooLate(connectionTimeoutMs), route({ secure, host, port })) as Error);
    }, connectionTimeoutMs);
    const onAbort = (): void => fail(new DOMException("aborted", "AbortError"));
    signal?.addEventListener("abort", onAbort, { once: true });
    let kept = false;
    request.once("socket", (socket) => {
      kept = stood.has(socket);
      if (kept) return resolve();
      socket.once(secure ? "secureConnect" : "connect", () => {
        stood.add(socket);
        resolve();
      });
    });
    try {
      await promise;
      // A whole turn of the event loop (the first may only end the present one): a kept connection that the far end
      // has closed meanwhile is found out now, and not after the message went into it.
      if (kept) await setImmediate().then(() => setImmediate());
      if (broken !== undefined) throw broken;
      return request;
    } catch (thrown) {
      unneeded.abort();
      request.destroy();
      throw thrown;
    } finally {
      clearTimeout(late);
      signal?.removeEventListener("abort", onAbort);
    }
  };

  // All there may be, so that a far end's words are clean whichever of them it hears.
  const urls =
    options.proxy === undefined
      ? [true, false].map((secure) =>
          proxyFromEnvironment({ ...environment, NO_PROXY: "", no_proxy: "" }, { secure, host: "", port: 0 }),
        )
      : [options.proxy];
  const secrets = urls.flatMap((url) => (url === undefined ? [] : proxyAt(url).secrets));

  return {
    begin,
    secrets,
    destroy: () => {
      closing.abort();
      http.destroy();
      https.destroy();
    },
  };
}
