import SMTPConnection, { type SMTPConnectionOptions } from "nodemailer/lib/smtp-connection";
import type { Login } from "./login.ts";
import { proxiedSocket } from "./proxied-socket.ts";
import { type Session, session } from "./session.ts";
import type { Settings } from "./settings.ts";

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

/**
 * Connects, says EHLO, encrypts, logs in.
 *
 * Rejects with nodemailer's error, with `ENOAUTH` where there is a login and the server offers none (nodemailer would
 * go on without), or with the signal's reason; nothing is left open then.
 */
export async function openSession(settings: Settings, login: Login, signal: AbortSignal): Promise<Session> {
  signal.throwIfAborted();
  const { proxy, host, port, connectionTimeoutMs: timeoutMs } = settings;
  const options = connectionOptions(settings);
  if (proxy !== undefined) options.connection = await proxiedSocket({ proxy, host, port, timeoutMs }, signal);

  return new Promise<Session>((resolve, reject) => {
    const connection = new SMTPConnection(options);
    const opened = session(connection);
    const give = (error: unknown): void => {
      signal.removeEventListener("abort", onAbort);
      reject(error); // first: closing comes back here by way of "end"
      connection.close();
    };
    const onAbort = (): void => give(signal.reason);
    const ready = (): void => {
      signal.removeEventListener("abort", onAbort);
      resolve(opened);
    };
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
