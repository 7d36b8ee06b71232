import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIPv6, type Socket } from "node:net";
import type { HttpProxy } from "./http-proxy.ts";

// Those of 4xx are said by a proxy that will say them again: it wants a login, or does not let us go there.
function codeOf(status: number): string {
  if (status === 407) return "EPROXYAUTH";
  return status >= 400 && status <= 499 && status !== 408 && status !== 429 ? "EPROXYDENIED" : "EPROXY";
}

/**
 * A socket that a proxy has connected to the host (HTTP CONNECT, RFC 9110, 9.3.6). Rejects with the socket's error; with
 * `EPROXYAUTH` where the proxy wants a login, `EPROXYDENIED` where it does not let us through, `EPROXY` for any other
 * answer but 2xx; or with the signal's reason. Nothing is left open then. A proxy's words are not told.
 */
export function connectTunnel(
  proxy: HttpProxy,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const { authorization } = proxy;
  const request = (proxy.secure ? httpsRequest : httpRequest)({
    host: proxy.host,
    port: proxy.port,
    method: "CONNECT",
    path: authority,
    agent: false,
    headers: {
      host: authority,
      connection: "keep-alive",
      ...(authorization === undefined ? {} : { "proxy-authorization": authorization }),
    },
  });
  const onAbort = (): void => {
    request.destroy();
    reject(signal.reason);
  };
  request.on("error", (thrown: NodeJS.ErrnoException) => {
    // What the parser of answers says: something that is no HTTP.
    if (thrown.code?.startsWith("HPE_")) thrown.code = "EPROXY";
    reject(thrown);
  });
  request.once("connect", ({ statusCode = 0 }, socket: Socket, head) => {
    signal.removeEventListener("abort", onAbort);
    // Until somebody else listens, and for good: an error nobody listens to would end the process.
    socket.on("error", () => {});
    if (statusCode >= 200 && statusCode <= 299) {
      if (head.length > 0) socket.unshift(head);
      return resolve(socket);
    }
    socket.destroy();
    reject(Object.assign(new Error(`the proxy answered ${statusCode}`), { code: codeOf(statusCode) }));
  });
  if (signal.aborted) onAbort();
  else {
    signal.addEventListener("abort", onAbort, { once: true });
    request.end();
  }
  return promise.finally(() => signal.removeEventListener("abort", onAbort));
}
