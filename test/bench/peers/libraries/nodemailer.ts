import type { Library } from "../library.ts";

const alone = "nodemailer has one transport and no failover";

export const library: Library = {
  id: "nodemailer",
  name: "nodemailer",
  packages: { nodemailer: "10.6.0" },
  setup:
    "Its page on bulk mail recommends the pooled transport with `maxMessages: Infinity`: `createTransport({ pool: true, " +
    "maxConnections, maxMessages: Infinity })`.",
  async make({ primary, connections }, load) {
    const { createTransport } = await load<typeof import("nodemailer")>("nodemailer");
    const transport = createTransport({
      host: "127.0.0.1",
      port: primary,
      pool: true,
      maxConnections: connections,
      maxMessages: Number.POSITIVE_INFINITY,
    });
    return {
      send: async (mail) => (await transport.sendMail(mail)).accepted.length === 1,
      close: async () => transport.close(),
    };
  },
  cannot: { refused: alone, silent: alone },
};
