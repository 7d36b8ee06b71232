import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { type CertificateKind, testAuthority, testCertificate } from "@relais/conformance";
import { onTestFinished } from "vitest";

export interface HttpFarEnd {
  readonly port: number;
  readonly ca: string;
  readonly requests: () => number;
  /** Connections since the start. */
  readonly connections: () => number;
  readonly open: () => number;
}

/** A server on 127.0.0.1 that speaks TLS and takes every message; gone when the test is over. */
export async function httpFarEnd(taken: string, certificate: CertificateKind = "good"): Promise<HttpFarEnd> {
  const sockets = new Set<Socket>();
  let requests = 0;
  let connections = 0;
  const server = createServer(testCertificate(certificate), (request, response) => {
    requests += 1;
    request.resume().on("end", () => {
      response.setHeader("content-type", taken.startsWith("<") ? "text/xml" : "application/json");
      response.setHeader("x-message-id", "1");
      response.writeHead(taken === "" ? 202 : 200).end(taken);
    });
  });
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    ca: testAuthority(),
    requests: () => requests,
    connections: () => connections,
    open: () => sockets.size,
  };
}
