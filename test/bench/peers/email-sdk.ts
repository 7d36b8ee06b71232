import {
  type Failover,
  type FailoverOptions,
  type Load,
  type MailServer,
  type Peer,
  wordsOf,
} from "./peer.ts";

interface Client {
  send(mail: object): Promise<{ readonly adapter: string; readonly id?: string }>;
}
interface RouteError extends Error {
  readonly failures?: readonly { readonly message: string; readonly delivery: string }[];
}

async function makeFailover(
  { primary, secondary, timeoutMs }: FailoverOptions,
  load: Load,
  options: { onUnknownDelivery: "stop" | "continue"; retry?: object },
): Promise<Failover> {
  const { createEmailClient } = await load<{ createEmailClient(options: object): Client }>(
    "@opencoredev/email-sdk",
  );
  const { smtp } = await load<{ smtp(options: object): object }>("@opencoredev/email-sdk/smtp");
  // Node.js takes no IP address as a server name in TLS.
  const adapter = (name: string, { ca, ...server }: MailServer) =>
    smtp({ name, ...server, tls: { ca, servername: "localhost" }, timeoutMs });
  const { onUnknownDelivery, retry } = options;
  const client = createEmailClient({
    adapters: [adapter("primary", primary), adapter("secondary", secondary)],
    fallback: { adapters: ["secondary"], onUnknownDelivery },
    ...(retry === undefined ? {} : { retry }),
    telemetry: false,
  });
  return {
    async send(mail) {
      try {
        const { adapter: provider, id } = await client.send(mail);
        return { reported: "sent", provider, detail: String(id) };
      } catch (error) {
        const { failures = [] } = error as RouteError;
        const isKnown = failures.length > 0 && failures.every(({ delivery }) => delivery === "not_sent");
        const detail = failures.map(wordsOf).join(" | ") || wordsOf(error);
        return { reported: isKnown ? "failed" : "unknown", detail };
      }
    },
    close: async () => undefined,
  };
}

const packages = { "@opencoredev/email-sdk": "1.1.0" };

export const emailSdk: Peer = {
  id: "email-sdk",
  title: "email-sdk",
  packages,
  setup:
    '`createEmailClient` with `fallback: { adapters: ["secondary"], onUnknownDelivery: "stop" }` and ' +
    "`retry: { maxAttempts: 2 }`, as the first example of its README with two adapters.",
  notes: [
    'Its default is the careful one (`onUnknownDelivery: "stop"`), by intent, and the idea is the same as ours. But its ' +
      "SMTP adapter says `unknown` of every failure, a refused connection included, so SMTP never falls back; and the " +
      "retry does not look at it.",
    "A message has one outcome: one refused recipient fails the message for all of them.",
  ],
  makeFailover: (options, load) =>
    makeFailover(options, load, { onUnknownDelivery: "stop", retry: { maxAttempts: 2 } }),
};

export const emailSdkContinue: Peer = {
  id: "email-sdk-continue",
  title: "email-sdk, continue",
  packages,
  setup:
    'The same without `retry`, and with `onUnknownDelivery: "continue"`: the setting with which its SMTP adapter falls back.',
  notes: [
    "Its README says that `continue` is for when a second copy is acceptable: the duplicates of this column are announced.",
  ],
  makeFailover: (options, load) => makeFailover(options, load, { onUnknownDelivery: "continue" }),
};
