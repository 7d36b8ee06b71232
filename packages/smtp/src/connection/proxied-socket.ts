import type { Socket } from "node:net";
import httpProxyClient from "nodemailer/lib/smtp-connection/http-proxy-client";

/** Where to, and through what. */
export interface Tunnel {
  readonly proxy: string;
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

/**
 * A socket that a proxy has connected to the host (HTTP CONNECT, RFC 9110, 9.3.6). Rejects with what nodemailer
 * reports, or with the signal's reason; a socket that comes too late is destroyed.
 */
export function proxiedSocket(
  { proxy, host, port, timeoutMs }: Tunnel,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    httpProxyClient(proxy, port, host, { timeout: timeoutMs }, (error, socket) => {
      signal.removeEventListener("abort", onAbort);
      if (error !== null || socket === undefined) reject(error ?? new Error("the proxy gave no connection"));
      else if (signal.aborted) socket.destroy();
      else resolve(socket);
    });
  });
}
