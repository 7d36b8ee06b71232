import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { type CertificateKind, testAuthority, testCertificate } from "../server/certificates.ts";
import { listener } from "../server/listener.ts";
import { accountState } from "./account-state.ts";
import type { SesRequest, SesServer, SesServerOptions } from "./contract.ts";
import { faultSource } from "./faults.ts";
import { handleRequest, type RequestHost } from "./handle-request.ts";
import { mailboxSimulator } from "./mailbox-simulator.ts";

/**
 * An SES server on 127.0.0.1 (API version 2010-12-01, awsQuery): it verifies every signature, holds to the limits of
 * SES, and knows which mails it really accepted.
 *
 * It knows SendRawEmail, SendEmail, GetSendQuota, GetAccountSendingEnabled, GetSendStatistics, ListIdentities and
 * GetIdentityVerificationAttributes; anything else is InvalidAction.
 */
export async function sesServer(options: SesServerOptions = {}): Promise<SesServer> {
  const simulator = options.simulator && mailboxSimulator(options.simulator);
  const state = accountState(options, simulator?.accepted);
  const faults = faultSource(options.fault);
  const requests: SesRequest[] = [];
  let counts = new Map<string, number>();

  const http = httpConnections((request, response) => {
    void handleRequest(request, response, host);
  }, options.certificate);
  const host: RequestHost = {
    state,
    record: (request) => requests.push(request),
    earlyFault: faults.early,
    lateFault: (action, parameters) => {
      const nth = (counts.get(action) ?? 0) + 1;
      counts.set(action, nth);
      return faults.late({ server, action, nth, parameters });
    },
    plain: http.plain,
  };
  const listening = await listener(http.tcp, options.port ?? 0);

  const server: SesServer = {
    endpoint: `${options.certificate === undefined ? "http" : "https"}://127.0.0.1:${listening.port}`,
    host: "127.0.0.1",
    port: listening.port,
    accepted: state.accepted,
    requests,
    get connections() {
      return listening.connections;
    },
    get open() {
      return listening.open;
    },
    get ca() {
      return testAuthority();
    },
    get account() {
      return state.account;
    },
    configure: state.configure,
    fault: faults.set,
    reset: () => {
      requests.length = 0;
      counts = new Map();
      state.reset();
      listening.forget();
    },
    down: listening.down,
    up: listening.up,
    close: () => {
      simulator?.close();
      return listening.down();
    },
  };
  return server;
}

/** An HTTP or HTTPS server that still knows the TCP socket below each request, which alone can be reset. */
interface HttpConnections {
  readonly tcp: Server;
  /** The TCP socket below a request's. */
  plain(socket: Socket): Socket | undefined;
}

function httpConnections(handle: RequestListener, certificate: CertificateKind | undefined): HttpConnections {
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
