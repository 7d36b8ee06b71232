import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { testCertificate } from "@relais/conformance";
import { onTestFinished } from "vitest";

/** What it does instead of connecting: a status, bytes as they are, or nothing at all until the client goes. */
export type ProxyFault = { readonly status: number } | { readonly raw: string } | "close" | "hang";

export interface ConnectProxyOptions {
  /** `user:password`; without it no login is needed. */
  readonly login?: string;
  readonly fault?: ProxyFault;
  /** Speaks TLS, with the good certificate of the test authority. */
  readonly secure?: boolean;
  /** Where it connects to, whatever the client asks for: a proxy may resolve other names. */
  readonly port?: number;
}

export interface ConnectProxy {
  readonly port: number;
  /** What it was asked for, in order. */
  readonly asked: readonly string[];
  /** Connections of clients that are open now. */
  readonly open: () => number;
}

/** A real proxy on 127.0.0.1 for CONNECT; closed when the test is over. */
export async function connectProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const { login, fault } = options;
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = options.secure ? createSecureServer(testCertificate("good")) : createServer();
  proxy.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  });
  proxy.on("connect", (request, socket: Socket) => {
    asked.push(request.url ?? "");
    socket.on("error", () => {});
    const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString("base64")}`;
    if (expected !== undefined && request.headers["proxy-authorization"] !== expected) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    // A server for HTTP leaves its half open.
    if (fault === "hang") return void socket.resume().on("end", () => socket.destroy());
    if (fault === "close") return void socket.destroy();
    if (fault !== undefined) {
      const answer = "raw" in fault ? fault.raw : `HTTP/1.1 ${fault.status} No\r\n\r\n`;
      return void socket.end(answer);
    }
    const [, host = "", port] = /^(.*):(\d+)$/.exec(request.url ?? "") ?? [];
    const far = connect(options.port ?? Number(port), options.port === undefined ? host : "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      far.pipe(socket).pipe(far);
    });
    far.on("error", () => socket.destroy());
    far.on("close", () => socket.destroy());
    socket.on("close", () => far.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return { port: (proxy.address() as AddressInfo).port, asked, open: () => sockets.size };
}
