import SMTPConnection, { type SMTPConnectionOptions } from "nodemailer/lib/smtp-connection";
import type { Settings } from "../options/settings.ts";
import { evidence } from "../replies/parse-error.ts";
import { type Session, session } from "./connection.ts";
import type { Login } from "./login.ts";
import { allowGreeting, hearRepliesFirst } from "./nodemailer-internals.ts";
import { proxiedSocket } from "./proxied-socket.ts";
import { speaksTls } from "./speaks-tls.ts";

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

/** Port 25 may punish whoever speaks before it does (postscreen): it is asked only when there is nothing to lose. */
const isShy = ({ port }: Settings): boolean => port === 25;

const waitsForTls = (): Error => Object.assign(new Error("this port speaks TLS"), { code: "ETLSPORT" });

/**
 * Connects, says EHLO, encrypts, logs in.
 *
 * A server that says nothing is asked whether it waits for a TLS handshake: then it is `ETLSPORT`.
 *
 * Rejects with nodemailer's error, with `ENOAUTH` where there is a login and the server offers none (nodemailer would
 * go on without), or with the signal's reason; nothing is left open then.
 */
export async function openSession(settings: Settings, login: Login, signal: AbortSignal): Promise<Session> {
  try {
    return await begin(settings, login, signal);
  } catch (thrown) {
    const { timeoutType } = evidence(thrown);
    const silent = timeoutType === "GREETING_TIMEOUT" && !settings.secure && settings.proxy === undefined;
    if (silent && !signal.aborted && (await speaksTls(settings, signal))) throw waitsForTls();
    throw thrown;
  }
}

async function begin(settings: Settings, login: Login, signal: AbortSignal): Promise<Session> {
  signal.throwIfAborted();
  const { proxy, host, port, connectionTimeoutMs: timeoutMs, greetingTimeoutMs } = settings;
  const options = connectionOptions(settings);
  if (proxy !== undefined) options.connection = await proxiedSocket({ proxy, host, port, timeoutMs }, signal);

  return new Promise<Session>((resolve, reject) => {
    const connection = new SMTPConnection(options);
    allowGreeting(connection, greetingTimeoutMs);
    hearRepliesFirst(connection);
    const opened = session(connection);
    const settled = (): void => {
      clearTimeout(doubt);
      signal.removeEventListener("abort", onAbort);
    };
    const give = (error: unknown): void => {
      settled();
      reject(error); // first: closing comes back here by way of "end"
      connection.close();
    };
    const onAbort = (): void => give(signal.reason);
    const ready = (): void => {
      settled();
      resolve(opened);
    };
    const askEarly = async (): Promise<void> => {
      if (connection.lastServerResponse !== false) return;
      if ((await speaksTls(settings, signal)) && connection.lastServerResponse === false) give(waitsForTls());
    };
    const early = !settings.secure && proxy === undefined && !isShy(settings);
    const doubt = early ? setTimeout(() => void askEarly(), silenceMs) : undefined;
    signal.addEventListener("abort", onAbort, { once: true });
    // Stays for good: what befalls an idle connection is no news, it is just not used again.
    connection.on("error", give);
    connection.once("end", () =>
      give(Object.assign(new Error("Connection closed"), { code: "ECONNECTION" })),
    );
    connection.connect((failed) => {
      if (failed !== undefined && failed !== null) return give(failed);
      const auth = login();
      if (auth === undefined) return ready();
      if (!connection.allowsAuth) {
        return give(Object.assign(new Error("the server offers no login"), { code: "ENOAUTH" }));
      }
      connection.login(auth, (refused) => (refused === null ? ready() : give(refused)));
    });
  });
}
