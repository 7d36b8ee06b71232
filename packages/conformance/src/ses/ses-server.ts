import { testAuthority } from "../certificate/certificates.ts";
import { listener } from "../listener.ts";
import type { AcceptedEmail } from "./accepted-email.ts";
import { accountState } from "./account-state.ts";
import { faultSource } from "./fault-source.ts";
import { handleRequest, type RequestHost } from "./handle-request.ts";
import { httpConnections } from "./http-connections.ts";
import type { SesDecision, SesFault } from "./ses-fault.ts";
import type { SesRequest } from "./ses-request.ts";
import type { SesAccount, SesServerOptions } from "./ses-server-options.ts";

/** A running SES server. */
export interface SesServer {
  /** `"http://127.0.0.1:4711"`, for the client's `endpoint` option. */
  readonly endpoint: string;
  readonly host: "127.0.0.1";
  readonly port: number;
  /** Every mail really accepted, in order, whatever its sender was told. The list grows. */
  readonly accepted: readonly AcceptedEmail[];
  /** Every HTTP request whose head came in, in order. The list grows. */
  readonly requests: readonly SesRequest[];
  /** TCP connections accepted since the start or the last `reset()`. */
  readonly connections: number;
  /** Connections open now. */
  readonly open: number;
  /** The PEM certificate of the authority that signed the server's, for an HTTPS client. */
  readonly ca: string;
  /** The account as it stands, with what was sent counted in. */
  readonly account: SesAccount;
  /** Changes the account for requests from now on. A new `quota` starts counting from its `sentLast24Hours`. */
  configure(changes: Partial<SesAccount>): void;
  /** Puts another fault in the place of the present one; without one the server works. */
  fault(next?: SesFault | SesDecision): void;
  /** Forgets records and counts, what was sent included. */
  reset(): void;
  /** Stops listening and kills every connection: clients get ECONNREFUSED. */
  down(): Promise<void>;
  /** Listens again, on the same port. */
  up(): Promise<void>;
  close(): Promise<void>;
}

/**
 * An SES server on 127.0.0.1 (API version 2010-12-01, awsQuery): it verifies every signature, holds to the limits of
 * SES, and knows which mails it really accepted.
 *
 * It knows SendRawEmail, SendEmail, GetSendQuota, GetAccountSendingEnabled, GetSendStatistics, ListIdentities and
 * GetIdentityVerificationAttributes; anything else is InvalidAction.
 */
export async function sesServer(options: SesServerOptions = {}): Promise<SesServer> {
  const state = accountState(options);
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
    close: listening.down,
  };
  return server;
}
