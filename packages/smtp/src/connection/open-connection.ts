import { connect } from "node:tls";
import SMTPConnection, { type SMTPConnectionOptions } from "nodemailer/lib/smtp-connection";
import type { Settings } from "../options/options.ts";
import { parseError } from "../replies/parse-error.ts";
import { Connection } from "./connection.ts";
import type { Login } from "./login.ts";
import { allowGreeting, isAhead } from "./nodemailer-internals.ts";
import { proxiedSocket } from "./proxied-socket.ts";
import { connectionClosed, outOfStep } from "./smtp-error.ts";

function connectionOptions(settings: Settings): SMTPConnectionOptions {
  const { host, port, secure, requireTLS, ignoreTLS, tls, name, localAddress } = settings;
  return {
    host,
    port,
    secure,
    requireTLS,
    ignoreTLS,
    tls,
    connectionTimeout: settings.connectionTimeoutMs,
    greetingTimeout: settings.greetingTimeoutMs,
    socketTimeout: settings.socketTimeoutMs,
    dnsTimeout: settings.dnsTimeoutMs,
    maxResponseSize: settings.maxResponseBytes,
    // A closed connection is closed now: half a message must not trickle out of a buffer afterwards.
    socketCloseTimeout: 0,
    ...(name === undefined ? {} : { name }),
    ...(localAddress === undefined ? {} : { localAddress }),
  };
}

/** With no first line for so long, the server may be waiting for a handshake; ms. */
const silenceMs = 5_000;

/** Port 25 may punish a client that speaks before it does (postscreen): it is probed only when there is nothing to lose. */
const mayPunishProbes = ({ port }: Settings): boolean => port === 25;

const waitsForTls = (): Error => Object.assign(new Error("this port speaks TLS"), { code: "ETLSPORT" });

/**
 * Connects, says EHLO, encrypts, logs in.
 *
 * A server that says nothing is probed for a TLS handshake: if it waits for one, the error is `ETLSPORT`.
 *
 * Rejects with nodemailer's error, with `ENOAUTH` where there is a login and the server offers none (nodemailer would
 * go on without), or with the signal's reason; nothing is left open then.
 */
export async function openConnection(
  settings: Settings,
  login: Login,
  signal: AbortSignal,
): Promise<Connection> {
  try {
    return await connectAndLogIn(settings, login, signal);
  } catch (thrown) {
    const { timeoutType } = parseError(thrown);
    const silent = timeoutType === "GREETING_TIMEOUT" && !settings.secure && settings.proxy === undefined;
    if (silent && !signal.aborted && (await speaksTls(settings, signal))) throw waitsForTls();
    throw thrown;
  }
}

async function connectAndLogIn(settings: Settings, login: Login, signal: AbortSignal): Promise<Connection> {
  signal.throwIfAborted();
  const { proxy, host, port, connectionTimeoutMs: timeoutMs, greetingTimeoutMs, maxResponseBytes } = settings;
  const options = connectionOptions(settings);
  if (proxy !== undefined) options.connection = await proxiedSocket({ proxy, host, port, timeoutMs }, signal);

  return new Promise<Connection>((resolve, reject) => {
    const connection = new SMTPConnection(options);
    allowGreeting(connection, greetingTimeoutMs);
    let ehloReply = "";
    const cleanUp = (): void => {
      clearTimeout(probeTimer);
      signal.removeEventListener("abort", onAbort);
    };
    const fail = (error: unknown): void => {
      cleanUp();
      reject(error); // first: closing comes back here by way of "end"
      connection.close();
    };
    const onAbort = (): void => fail(signal.reason);
    const onEnd = (): void => fail(connectionClosed());
    const ready = (): void => {
      if (isAhead(connection)) {
        fail(outOfStep());
        return;
      }
      cleanUp();
      connection.off("error", fail);
      connection.off("end", onEnd);
      resolve(new Connection(connection, ehloReply, maxResponseBytes));
    };
    const probe = async (): Promise<void> => {
      if (connection.lastServerResponse !== false) return;
      if ((await speaksTls(settings, signal)) && connection.lastServerResponse === false) fail(waitsForTls());
    };
    const mayProbe = !settings.secure && proxy === undefined && !mayPunishProbes(settings);
    const probeTimer = mayProbe ? setTimeout(() => void probe(), silenceMs) : undefined;
    signal.addEventListener("abort", onAbort, { once: true });
    connection.on("error", fail);
    connection.once("end", onEnd);
    connection.connect((failed) => {
      if (failed !== undefined && failed !== null) return fail(failed);
      ehloReply = connection.lastServerResponse || "";
      // Two greetings, or two replies to EHLO: the login would be answered by what was said before it.
      if (!ehloReply.startsWith("250") || isAhead(connection)) return fail(outOfStep());
      const auth = login();
      if (auth === undefined) return ready();
      if (!connection.allowsAuth) {
        return fail(Object.assign(new Error("the server offers no login"), { code: "ENOAUTH" }));
      }
      connection.login(auth, (refused) => (refused === null ? ready() : fail(refused)));
    });
  });
}

/** A server that is there answers a handshake within this time. */
const probeTimeoutMs = 2_000;
/** A server is not probed again for so long: a slow one has enough to do. */
const probeValidMs = 600_000;

const probes = new WeakMap<Settings, { readonly at: number; readonly answer: Promise<boolean> }>();

/**
 * Whether the server begins a TLS handshake at once (RFC 8314, 3), where we waited for its first line in vain. Probed on
 * a connection of its own, for all attempts that wait; nothing is sent over it but the handshake. False if the signal aborts.
 */
function speaksTls(settings: Settings, signal: AbortSignal): Promise<boolean> {
  const now = performance.now();
  let known = probes.get(settings);
  if (known === undefined || now - known.at > probeValidMs) {
    known = { at: now, answer: probeTls(settings) };
    probes.set(settings, known);
  }
  const { answer } = known;
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const onAbort = (): void => resolve(false);
    signal.addEventListener("abort", onAbort, { once: true });
    void answer.then((speaks) => {
      signal.removeEventListener("abort", onAbort);
      resolve(speaks);
    });
  });
}

function probeTls({ host, port, localAddress }: Settings): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (verdict: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(verdict);
    };
    // Whose certificate it is does not matter here: nothing is sent over it.
    const socket = connect({
      host,
      port,
      rejectUnauthorized: false,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    const timer = setTimeout(() => settle(false), probeTimeoutMs);
    socket.once("secureConnect", () => settle(true));
    socket.once("close", () => settle(false));
    // An alert is an answer in TLS, too; a line of SMTP is a "wrong version number".
    socket.on("error", (error: NodeJS.ErrnoException) => settle(/^ERR_SSL_.*ALERT/.test(error.code ?? "")));
  });
}
