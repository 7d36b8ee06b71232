import type { Library } from "../library.ts";

interface Transport {
  send(message: unknown): Promise<{ successful: boolean }>;
  [Symbol.asyncDispose](): Promise<void>;
}
type New<Options> = new (options: Options) => Transport;

const less =
  "Upyo does less for each mail: it encodes every text in one way without a look at it, and has no circuit breaker, no list of " +
  "attempts, and no moment from which a mail may have been handed over.";

export const library: Library = {
  id: "upyo",
  name: "Upyo",
  packages: { "@upyo/core": "0.5.5", "@upyo/smtp": "0.4.0", "@upyo/pool": "0.6.0" },
  setup:
    "Its READMEs: `SmtpTransport` with `pool: true` (called the default, but this version pools only where it is said) and " +
    'the number of connections as `poolSize`; for high availability `PoolTransport` with `strategy: "priority"`, the primary at 100 and the backup at 50. Where the primary ' +
    "is silent: `connectionTimeout` and `socketTimeout` of the primary, and `timeout` of the pool. These are the newest " +
    "versions of the three packages in npm that work together; with `--legacy-peer-deps`, since their peer dependencies " +
    "name versions of the core that are not there.",
  async make({ primary, backup, connections, timeoutMs }, load) {
    const { createMessage } = await load<{ createMessage(input: unknown): unknown }>("@upyo/core");
    const { SmtpTransport } = await load<{ SmtpTransport: New<object> }>("@upyo/smtp");
    const smtp = (port: number, silenceMs?: number): Transport =>
      new SmtpTransport({
        host: "127.0.0.1",
        port,
        secure: false,
        pool: true,
        poolSize: connections,
        ...(silenceMs === undefined ? {} : { connectionTimeout: silenceMs, socketTimeout: silenceMs }),
      });
    let transport = smtp(primary, timeoutMs);
    if (backup !== undefined) {
      const { PoolTransport } = await load<{ PoolTransport: New<object> }>("@upyo/pool");
      transport = new PoolTransport({
        strategy: "priority",
        transports: [
          { transport, priority: 100 },
          { transport: smtp(backup), priority: 50 },
        ],
        ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
      });
    }
    return {
      send: async ({ text, html, ...others }) =>
        (await transport.send(createMessage({ ...others, content: { text, html } }))).successful,
      close: () => transport[Symbol.asyncDispose](),
    };
  },
  ahead: {
    "at-once": less,
    one: less,
    refused: less,
    start:
      "It has a small SMTP client of its own, where Relais loads nodemailer's connection, with its TLS, logins and proxies.",
  },
};
