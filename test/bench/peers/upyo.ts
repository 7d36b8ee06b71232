import type { Failover, MailServer, Peer } from "./peer.ts";

interface Receipt {
  readonly successful: boolean;
  readonly messageId?: string;
  readonly errorMessages?: readonly string[];
}
interface Transport extends AsyncDisposable {
  send(message: unknown): Promise<Receipt>;
}
type Made = new (options: object) => Transport;

export const upyo: Peer = {
  id: "upyo",
  title: "Upyo",
  packages: { "@upyo/core": "0.5.5", "@upyo/smtp": "0.4.0", "@upyo/pool": "0.6.0" },
  setup:
    '`new PoolTransport({ strategy: "priority", … })` over two `SmtpTransport`s, as its README shows for a primary and a ' +
    "backup, with `connectionTimeout` and `socketTimeout`. (The newest of the three packages declare other versions of " +
    "`@upyo/core` as their peers; they are run together as they are.)",
  notes: [
    "The pool retries on any failure, by intent: its README says that the next transport is tried when one fails. So a " +
      "recipient that does not exist is tried at the second server too, and a mail whose answer was lost is sent again.",
    "A receipt is successful or it is not; there is no word for an outcome that nobody knows.",
    "A message has one outcome: one refused recipient fails the message for all of them at that transport.",
  ],
  async makeFailover({ primary, secondary, timeoutMs }, load): Promise<Failover> {
    const { createMessage } = await load<{ createMessage(mail: object): unknown }>("@upyo/core");
    const { SmtpTransport } = await load<{ SmtpTransport: Made }>("@upyo/smtp");
    const { PoolTransport } = await load<{ PoolTransport: Made }>("@upyo/pool");
    const times = { connectionTimeout: timeoutMs, socketTimeout: timeoutMs };
    const transport = ({ host, port, auth, ca }: MailServer) =>
      new SmtpTransport({ host, port, secure: false, auth, tls: { ca }, ...times });
    const pool = new PoolTransport({
      strategy: "priority",
      transports: [
        { transport: transport(primary), priority: 100 },
        { transport: transport(secondary), priority: 50 },
      ],
    });
    return {
      async send({ text, ...mail }) {
        const { successful, messageId, errorMessages } = await pool.send(
          createMessage({ ...mail, content: { text } }),
        );
        return successful
          ? { reported: "sent", detail: String(messageId) }
          : { reported: "failed", detail: String(errorMessages?.join(" | ")) };
      },
      close: async () => pool[Symbol.asyncDispose](),
    };
  },
};
