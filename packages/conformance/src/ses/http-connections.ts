import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { type CertificateKind, testCertificate } from "../certificate/certificates.ts";

/** An HTTP or HTTPS server that still knows the TCP socket below each request, which alone can be reset. */
export interface HttpConnections {
  readonly tcp: Server;
  /** The TCP socket below a request's. */
  plain(socket: Socket): Socket | undefined;
}

export function httpConnections(
  handle: RequestListener,
  certificate: CertificateKind | undefined,
): HttpConnections {
  const plainSockets = new WeakMap<Socket, Socket>();
  // A stalled request stalls, and an idle connection stays, until the client or a script ends it.
  const http = createHttpServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 }, handle);
  const context = certificate === undefined ? undefined : createSecureContext(testCertificate(certificate));
  const tcp = createServer({ allowHalfOpen: true, noDelay: true }, (plain) => {
    plain.on("error", () => undefined);
    if (context === undefined) {
      plainSockets.set(plain, plain);
      http.emit("connection", plain);
      return;
    }
    const secure = new TLSSocket(plain, { isServer: true, secureContext: context });
    secure.on("error", () => plain.destroy());
    plainSockets.set(secure, plain);
    secure.once("secure", () => http.emit("connection", secure));
  });
  return { tcp, plain: (socket) => plainSockets.get(socket) };
}
