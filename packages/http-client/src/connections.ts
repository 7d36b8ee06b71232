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
import type { ConnectionOptions } from "./options.ts";
import {
  connectTunnel,
  type HttpProxy,
  httpProxy,
  proxyEnvironment,
  proxyFromEnvironment,
  type Target,
} from "./proxy.ts";

export interface HttpConnectionsOptions extends ConnectionOptions {
  /** Connections at once; one more is made for checks, which do not wait behind messages. */
  readonly maxConnections: number;
  /** From the look-up of the host's name to the end of the TLS handshake, a proxy's share included, ms. */
  readonly connectionTimeoutMs: number;
}

/** A request without its body. */
export interface RequestHead {
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
   * and certificate checked. Nothing of it is written. Rejects with the error, `code: "ETIMEDOUT"` after
   * `connectionTimeoutMs`, or with an AbortError; nothing is left open then.
   */
  connect(head: RequestHead, signal?: AbortSignal): Promise<ClientRequest>;
  /** Of the proxies: what must not come out. */
  readonly secrets: readonly string[];
  /** Ends idle connections, and those that are being made. */
  destroy(): void;
}

// A server that closes an idle connection just as a request is written looks as if it had closed after the request.
// So ours are closed first.
const idleTimeoutMs = 5_000;

/** The option of a request that says when its connection is no longer needed. */
const unneeded = Symbol("unneeded");

type ConnectOptions = ClientRequestArgs & { [unneeded]?: AbortSignal };
type Connect = (
  options: ConnectOptions,
  callback: (error: Error | null, socket?: Socket) => void,
) => Socket | undefined;

const connectionTimeout = (ms: number): Error =>
  Object.assign(new Error(`no connection within ${ms} ms`), { code: "ETIMEDOUT" });

/** Notes on an error which proxy it came through. */
function withProxy(error: unknown, proxy: HttpProxy | undefined): Error {
  if (proxy !== undefined && error instanceof Error) Object.assign(error, { proxy: proxy.name });
  return error as Error;
}

/** `" (proxy proxy.example:3128)"` for an error met on the way through a proxy, else nothing. */
export function throughProxy(error: unknown): string {
  const { proxy } = (error ?? {}) as { proxy?: unknown };
  return typeof proxy === "string" ? ` (proxy ${proxy})` : "";
}

function handshake(socket: Socket, signal: AbortSignal): Promise<void> {
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

/** Connections for a provider that speaks HTTP. Idle ones do not keep the process alive, and are closed after 5 s. */
export function httpConnections(options: HttpConnectionsOptions): HttpConnections {
  const { maxConnections, connectionTimeoutMs, ca } = options;
  const closing = new AbortController();
  /** Sockets that have been connected before: kept ones, and those through a proxy. */
  const connected = new WeakSet<Socket>();
  const environment = options.proxy === undefined ? proxyEnvironment() : undefined;
  const proxies = new Map<string, HttpProxy>();
  const proxyAt = (url: string): HttpProxy => {
    const proxy = proxies.get(url) ?? httpProxy(url);
    proxies.set(url, proxy);
    return proxy;
  };
  const proxyFor = (target: Target): HttpProxy | undefined => {
    const url =
      options.proxy ?? (environment === undefined ? undefined : proxyFromEnvironment(environment, target));
    return url === undefined ? undefined : proxyAt(url);
  };

  /** Makes an agent connect through the proxy that a target has. */
  const tunnelled = <A extends HttpAgent>(agent: A, secure: boolean): A => {
    const direct = agent.createConnection.bind(agent) as unknown as Connect;
    const through = async (proxy: HttpProxy, target: Target, request: ConnectOptions): Promise<Socket> => {
      const timeout = new AbortController();
      const timer = setTimeout(
        () => timeout.abort(connectionTimeout(connectionTimeoutMs)),
        connectionTimeoutMs,
      );
      const signals = [closing.signal, timeout.signal];
      const ended = request[unneeded];
      // A connection made in place of one that broke comes with the options of that one, whose signal has aborted.
      if (ended?.aborted === false) signals.push(ended);
      const signal = AbortSignal.any(signals);
      try {
        const tunnel = await connectTunnel(proxy, target.host, target.port, signal);
        if (!secure) return tunnel;
        const socket = direct({ ...request, socket: tunnel } as ConnectOptions, () => {}) as Socket;
        await handshake(socket, signal);
        return socket;
      } finally {
        clearTimeout(timer);
      }
    };
    const createConnection: Connect = (request, callback) => {
      const target = { secure, host: request.host ?? "localhost", port: Number(request.port) };
      const proxy = proxyFor(target);
      if (proxy === undefined) return direct(request, callback);
      through(proxy, target, request).then(
        (socket) => {
          connected.add(socket);
          callback(null, socket);
        },
        (error: unknown) => callback(withProxy(error, proxy)),
      );
      return undefined;
    };
    return Object.assign(agent, { createConnection });
  };

  // Node's own agents would connect through proxies of the environment a second time: `proxyEnv` keeps them from it.
  const shape = {
    keepAlive: true,
    maxSockets: maxConnections + 1,
    timeout: idleTimeoutMs,
    proxyEnv: undefined,
  };
  const http = tunnelled(new HttpAgent(shape), false);
  const trusted = ca === undefined ? {} : { ca: typeof ca === "string" ? ca : [...ca] };
  const https = tunnelled(new HttpsAgent({ ...shape, ...trusted }), true);

  const connect = async (head: RequestHead, signal?: AbortSignal): Promise<ClientRequest> => {
    signal?.throwIfAborted();
    const { secure, method, path, headers } = head;
    const host = head.host.replace(/^\[|\]$/g, "");
    const port = head.port ?? (secure ? 443 : 80);
    const ended = new AbortController();
    const request = (secure ? httpsRequest : httpRequest)({
      host,
      port,
      method,
      path,
      headers,
      agent: secure ? https : http,
      [unneeded]: ended.signal,
    } as ClientRequestArgs);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let broken: Error | undefined;
    const fail = (error: Error): void => {
      broken ??= error;
      reject(error);
    };
    // Never removed: an error without a listener would end the process.
    request.on("error", fail);
    const timer = setTimeout(
      () => fail(withProxy(connectionTimeout(connectionTimeoutMs), proxyFor({ secure, host, port }))),
      connectionTimeoutMs,
    );
    const onAbort = (): void => fail(new DOMException("aborted", "AbortError"));
    signal?.addEventListener("abort", onAbort, { once: true });
    let wasConnected = false;
    request.once("socket", (socket) => {
      wasConnected = connected.has(socket);
      if (wasConnected) return resolve();
      socket.once(secure ? "secureConnect" : "connect", () => {
        connected.add(socket);
        resolve();
      });
    });
    try {
      await promise;
      // A whole turn of the event loop (the first may only end the present one): a kept connection that the server has
      // closed meanwhile is noticed now, and not after the message was written into it.
      if (wasConnected) await setImmediate().then(() => setImmediate());
      if (broken !== undefined) throw broken;
      return request;
    } catch (error) {
      ended.abort();
      request.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  };

  // Of all proxies there may be, since any of them may echo a login.
  const urls =
    options.proxy === undefined
      ? [true, false].map((secure) =>
          proxyFromEnvironment({ ...environment, NO_PROXY: "", no_proxy: "" }, { secure, host: "", port: 0 }),
        )
      : [options.proxy];
  const secrets = urls.flatMap((url) => (url === undefined ? [] : proxyAt(url).secrets));

  return {
    connect,
    secrets,
    destroy: () => {
      closing.abort();
      http.destroy();
      https.destroy();
    },
  };
}
