import type { Library } from "../library.ts";

interface Sdk {
  readonly logger: { configure(options: object): void };
  send(notification: object): Promise<{ status: "success" | "error" }>;
}

export const library: Library = {
  id: "notifme",
  name: "notifme",
  packages: { "notifme-sdk": "1.16.25" },
  setup:
    'Its README: `multiProviderStrategy: "fallback"` over providers of `type: "smtp"`, with the pooling options of its ' +
    "provider's type (`pool: true`, `maxConnections`, `maxMessages: Infinity`; it hands them to the nodemailer 6.9.10 that it " +
    "brings along), and its logger silent, as its part on production offers. Where the primary is silent: " +
    "`connectionTimeout`, `greetingTimeout` and `socketTimeout`.",
  async make({ primary, backup, connections, timeoutMs }, load) {
    const { default: exports } = await load<{ default: { default: new (options: object) => Sdk } }>(
      "notifme-sdk",
    );
    const smtp = (port: number, silenceMs?: number): object => ({
      type: "smtp",
      host: "127.0.0.1",
      port,
      pool: true,
      maxConnections: connections,
      maxMessages: Number.POSITIVE_INFINITY,
      ...(silenceMs === undefined
        ? {}
        : { connectionTimeout: silenceMs, greetingTimeout: silenceMs, socketTimeout: silenceMs }),
    });
    const sdk = new exports.default({
      channels: {
        email: {
          multiProviderStrategy: "fallback",
          providers: [smtp(primary, timeoutMs), ...(backup === undefined ? [] : [smtp(backup)])],
        },
      },
    });
    sdk.logger.configure({ transports: [], silent: true });
    return {
      send: async (mail) => (await sdk.send({ email: mail })).status === "success",
      close: async () => undefined, // there is none
    };
  },
};
