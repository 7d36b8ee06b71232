import type { Library } from "../library.ts";

interface Client {
  send(message: unknown): Promise<unknown>;
}

const plain =
  "email-sdk writes text and HTML into the mail as they are: it encodes nothing, and leaves line feeds that SMTP does not allow; " +
  "servers that refuse these refuse its mail.";

export const library: Library = {
  id: "email-sdk",
  name: "email-sdk",
  packages: { "@opencoredev/email-sdk": "1.1.0" },
  setup:
    'Its README: `createEmailClient` with an `smtp` adapter for each server and `fallback: { adapters: ["backup"] }`. It has ' +
    "no pool: each mail has a connection of its own. Its default, to stop after a failure whose delivery is not known, " +
    "stops after a refused connection too, so the rows with a backup have the documented " +
    '`onUnknownDelivery: "continue"`. Where the primary is silent: its `timeoutMs`. Telemetry is off (`telemetry: false`): ' +
    "nothing leaves this machine.",
  async make({ primary, backup, timeoutMs }, load) {
    const { createEmailClient } = await load<{ createEmailClient(options: object): Client }>(
      "@opencoredev/email-sdk",
    );
    const { smtp } = await load<{ smtp(options: object): unknown }>("@opencoredev/email-sdk/smtp");
    const host = "127.0.0.1";
    const first = smtp({ name: "primary", host, port: primary, ...(timeoutMs && { timeoutMs }) });
    const client = createEmailClient({
      adapters: backup === undefined ? [first] : [first, smtp({ name: "backup", host, port: backup })],
      ...(backup === undefined ? {} : { fallback: { adapters: ["backup"], onUnknownDelivery: "continue" } }),
      telemetry: false,
    });
    return {
      // It rejects where it does not deliver.
      send: (mail) => client.send(mail).then(() => true),
      close: async () => undefined,
    };
  },
  ahead: {
    "at-once": plain,
    one: plain,
    refused: plain,
    start:
      "email-sdk has a small SMTP client of its own, where Relais loads nodemailer's connection, with its TLS, logins and proxies.",
  },
};
