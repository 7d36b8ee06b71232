import type { Failover, MailServer, Peer } from "./peer.ts";

interface Status {
  readonly status: "success" | "error";
  readonly channels?: { readonly email?: { readonly id?: string } };
  readonly errors?: { readonly email?: string };
}
interface Sdk {
  readonly logger: { mute(): void };
  send(request: object): Promise<Status>;
}

export const notifme: Peer = {
  id: "notifme",
  title: "notifme",
  packages: { "notifme-sdk": "1.16.25" },
  setup:
    '`multiProviderStrategy: "fallback"` over two providers of type `smtp`, as its README shows for production, with ' +
    "nodemailer's time-outs (it brings nodemailer 6.9.10).",
  notes: [
    "Its README defines `fallback` as the next provider after any error, so a second copy after a lost answer is by intent.",
    "`send` resolves with success or error and an id. Which recipients were refused, as nodemailer tells it, is not passed on.",
  ],
  async makeFailover({ primary, secondary, timeoutMs }, load): Promise<Failover> {
    const module = await load<{ default: { default: new (options: object) => Sdk } }>("notifme-sdk");
    const times = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs };
    const provider = ({ ca, ...server }: MailServer) => ({
      type: "smtp",
      ...server,
      secure: false,
      tls: { ca },
      ...times,
    });
    const sdk = new module.default.default({
      channels: {
        email: { multiProviderStrategy: "fallback", providers: [provider(primary), provider(secondary)] },
      },
    });
    sdk.logger.mute();
    return {
      async send({ to, ...mail }) {
        const { status, channels, errors } = await sdk.send({ email: { ...mail, to: to.join(", ") } });
        return status === "success"
          ? { reported: "sent", detail: String(channels?.email?.id) }
          : { reported: "failed", detail: String(errors?.email) };
      },
      close: async () => undefined,
    };
  },
};
