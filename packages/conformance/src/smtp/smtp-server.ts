import { createServer } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import { testAuthority, testCertificate } from "../server/certificates.ts";
import { listener } from "../server/listener.ts";
import type { SmtpAction } from "./action.ts";
import type { SmtpScript, SmtpServer, SmtpServerOptions, SmtpStep } from "./contract.ts";
import type { Exchange, SessionRecord } from "./dialogue.ts";
import type { AcceptedMail } from "./records.ts";
import { session } from "./session.ts";

/**
 * An SMTP server on 127.0.0.1 that keeps to RFC 5321 where its script does not say otherwise, and knows which mails
 * it really accepted.
 */
export async function smtpServer(options: SmtpServerOptions = {}): Promise<SmtpServer> {
  const accepted: AcceptedMail[] = [];
  const sessions: SessionRecord[] = [];
  let script: SmtpScript = options.script ?? {};
  let counts: Partial<Record<SmtpStep, number>> = {};
  let number = 0;
  let context: SecureContext | undefined;

  const decide = (record: SessionRecord, exchange: Exchange): SmtpAction | undefined => {
    const { step, line, address, body } = exchange;
    const nth = (counts[step] ?? 0) + 1;
    counts[step] = nth;
    const scripted = script[step];
    if (typeof scripted !== "function") return scripted;
    return scripted({
      server,
      session: record,
      step,
      line,
      nth,
      ...(address === undefined ? {} : { address }),
      ...(body === undefined ? {} : { body }),
    });
  };

  const tcp = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    number += 1;
    const record: SessionRecord = {
      number,
      secure: false,
      commands: [],
      logins: [],
      bodyBytes: 0,
      finalDots: 0,
      open: true,
    };
    sessions.push(record);
    session(socket, {
      options,
      record,
      secureContext: () => {
        context ??= secureContext(options);
        return context;
      },
      decide: (exchange) => decide(record, exchange),
      accept: (mail) => {
        accepted.push(mail);
        options.onMail?.(mail);
      },
    });
  });
  const listening = await listener(tcp, options.port ?? 0);

  const server: SmtpServer = {
    host: "127.0.0.1",
    port: listening.port,
    accepted,
    sessions,
    get connections() {
      return listening.connections;
    },
    get open() {
      return listening.open;
    },
    get ca() {
      return testAuthority();
    },
    script: (next) => {
      script = next;
    },
    reset: () => {
      accepted.length = 0;
      sessions.length = 0;
      counts = {};
      listening.forget();
    },
    down: listening.down,
    up: listening.up,
    close: listening.down,
  };
  return server;
}

function secureContext(options: SmtpServerOptions): SecureContext {
  const { maxTlsVersion } = options;
  const old =
    maxTlsVersion === undefined ? {} : ({ minVersion: "TLSv1", maxVersion: maxTlsVersion } as const);
  // OpenSSL's security level 1 and up refuses TLS 1.0 and 1.1 altogether.
  const ciphers = maxTlsVersion === undefined ? {} : { ciphers: "DEFAULT@SECLEVEL=0" };
  return createSecureContext({ ...testCertificate(options.certificate ?? "good"), ...old, ...ciphers });
}
