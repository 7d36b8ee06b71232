import type { SESClient, SESClientConfig } from "@aws-sdk/client-ses";
import { httpConnections } from "@relais/core/spi";
import { credentialsSource } from "./credentials-source.ts";
import { credentialsTrouble } from "./credentials-trouble.ts";
import { requestHandler } from "./request-handler.ts";
import type { Call, SesClient } from "./ses-client.ts";
import type { SesOptions } from "./ses-options.ts";

type Aws = typeof import("@aws-sdk/client-ses");

/** -1 means no limit there; anything else that is not a count is none of ours. */
const limit = (value: number | undefined): number | undefined =>
  value !== undefined && Number.isFinite(value) && value >= 0 ? value : undefined;

/** SES through @aws-sdk/client-ses, which is loaded on the first call: loading costs 0.2 s and 26 MB. */
export function awsClient(options: SesOptions): SesClient {
  const { ca, proxy, allowInsecureHttp = false } = options;
  const connections = httpConnections({
    maxConnections: options.maxConnections ?? 50,
    connectionTimeoutMs: options.connectionTimeoutMs ?? 2_000,
    ca,
    proxy,
  });
  const handler = requestHandler({ connections, allowInsecureHttp });
  const source = credentialsSource(options.credentials, connections.secrets);
  const trouble = credentialsTrouble();
  let client: SESClient | undefined;

  const loaded = async (): Promise<{ aws: Aws; client: SESClient }> => {
    const aws = await import("@aws-sdk/client-ses");
    const config: SESClientConfig = {
      // One attempt: by its own default the client repeats a request whose answer it lost, and sends twice.
      // Said here, so that no environment variable or shared file says otherwise.
      maxAttempts: 1,
      retryMode: "standard",
      requestHandler: handler,
      logger: trouble.logger,
      ...(options.region === undefined ? {} : { region: options.region }),
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
      ...(source.get === undefined ? {} : { credentials: source.get }),
    };
    client ??= new aws.SESClient(config);
    return { aws, client };
  };
  // The client hands its call options on to the request handler as they are: that is how an exchange gets there.
  const along = ({ signal, exchange }: Call) => ({ abortSignal: signal, exchange });
  const sent = async <T>(work: Promise<T>): Promise<T> => {
    const value = await work;
    trouble.succeeded();
    return value;
  };

  return {
    async sendRaw(email, call) {
      const { aws, client } = await loaded();
      const command = new aws.SendRawEmailCommand({
        RawMessage: { Data: email.bytes },
        Source: email.from,
        Destinations: [...email.to],
        ConfigurationSetName: options.configurationSet,
        Tags: Object.entries(email.tags).map(([Name, Value]) => ({ Name, Value })),
        FromArn: options.fromArn,
        SourceArn: options.sourceArn,
        ReturnPathArn: options.returnPathArn,
      });
      return (await sent(client.send(command, along(call)))).MessageId;
    },
    async quota(call) {
      const { aws, client } = await loaded();
      const answer = await sent(client.send(new aws.GetSendQuotaCommand({}), along(call)));
      const perSecond = limit(answer.MaxSendRate);
      const perDay = limit(answer.Max24HourSend);
      const sentLastDay = limit(answer.SentLast24Hours);
      return {
        ...(perSecond === undefined ? {} : { perSecond }),
        ...(perDay === undefined ? {} : { perDay }),
        ...(sentLastDay === undefined ? {} : { sentLastDay }),
      };
    },
    async sendingEnabled(call) {
      const { aws, client } = await loaded();
      const answer = await sent(client.send(new aws.GetAccountSendingEnabledCommand({}), along(call)));
      if (answer.Enabled === undefined) throw new Error("the answer does not say whether sending is enabled");
      return answer.Enabled;
    },
    forgetCredentials() {
      client = undefined; // the client keeps a key without an end for good; a new client asks again
    },
    credentialsTroublePasses: trouble.passes,
    redact: source.redact,
    destroy: () => {
      trouble.stop();
      handler.destroy();
    },
  };
}
