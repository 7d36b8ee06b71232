import { type SmtpServer, smtpServer } from "@relais/conformance";
import { type Chain, createChain } from "@relais/core";
import { nodemailerProvider, type RelaisSentInfo, relaisTransport } from "@relais/nodemailer";
import nodemailer from "nodemailer";
import type { SendMailOptions, Transporter } from "nodemailer/lib/mailer";

/** An application's transporter, over a chain of two servers. */
export interface Application extends AsyncDisposable {
  readonly servers: readonly [SmtpServer, SmtpServer];
  readonly chain: Chain;
  readonly transporter: Transporter<RelaisSentInfo>;
  /** Sends, and gives the text of what arrived at either server. */
  arrives(mail: SendMailOptions): Promise<string>;
}

/** `defaults` as the second argument of createTransport. */
export async function application(defaults?: SendMailOptions): Promise<Application> {
  const servers = [await smtpServer(), await smtpServer()] as const;
  const chain = createChain(
    servers.map(({ host, port }, i) =>
      nodemailerProvider({ id: `SMTP-${i + 1}`, transport: { host, port, ignoreTLS: true } }),
    ),
    { policies: [] },
  );
  const transporter = nodemailer.createTransport(relaisTransport(chain), defaults);
  return {
    servers,
    chain,
    transporter,
    arrives: async (mail) => {
      await transporter.sendMail({ from: "sender@server.test", to: "receiver@sender.test", ...mail });
      const arrived = servers.flatMap((server) => server.accepted);
      return arrived.at(-1)?.data.toString() ?? "";
    },
    [Symbol.asyncDispose]: async () => {
      transporter.close();
      await chain.close();
      for (const server of servers) await server.close();
    },
  };
}
