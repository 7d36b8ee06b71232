import { type Failover, type MailServer, type Peer, wordsOf } from "./peer.ts";

interface Info {
  readonly messageId: string;
  readonly accepted: readonly string[];
  readonly rejected: readonly string[];
}
interface Transporter {
  sendMail(mail: object): Promise<Info>;
  close(): void;
}

export const nodemailer: Peer = {
  id: "nodemailer",
  title: "nodemailer in a loop",
  packages: { nodemailer: "10.6.0" },
  setup:
    "`createTransport` for each server, as its documentation shows, and the loop that people write around it: `sendMail` " +
    "by the first, and if it rejects, by the second.",
  notes: [
    "nodemailer sends by one server and has no failover: the decisions of this column are the loop's. It tells what " +
      "a loop would need (`code`, `responseCode`, `command`, `rejected`), and its README warns that an aborted send may " +
      "have been accepted.",
  ],
  async makeFailover({ primary, secondary, timeoutMs }, load): Promise<Failover> {
    const { createTransport } = await load<{ createTransport(options: object): Transporter }>("nodemailer");
    const times = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs };
    const transport = ({ ca, ...server }: MailServer) =>
      createTransport({ ...server, secure: false, tls: { ca }, ...times });
    const transports = [transport(primary), transport(secondary)];
    return {
      async send({ to, ...mail }) {
        const errors: string[] = [];
        for (const one of transports) {
          try {
            const { messageId, accepted, rejected } = await one.sendMail({ ...mail, to: [...to] });
            const recipients = {
              ...Object.fromEntries(accepted.map((address) => [address, "sent"] as const)),
              ...Object.fromEntries(rejected.map((address) => [address, "failed"] as const)),
            };
            return { reported: "sent", recipients, detail: messageId };
          } catch (error) {
            errors.push(wordsOf(error));
          }
        }
        return { reported: "failed", detail: errors.join(" | ") };
      },
      close: async () => {
        for (const one of transports) one.close();
      },
    };
  },
};
