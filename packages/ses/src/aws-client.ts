import type { SESClient, SESClientConfig } from "@aws-sdk/client-ses";
import { isLoopback, type Quota, untilAborted } from "@relais/core/spi";
import {
  type HttpConnections,
  httpConnections,
  type RequestProgress,
  requestProgress,
  sendRequest,
} from "@relais/http-client";
import { credentialsSource } from "./credentials.ts";
import { CredentialsErrors } from "./credentials-errors.ts";
import type { CheckedOptions } from "./options.ts";

/** One message as SES wants it. */
export interface RawEmail {
  readonly bytes: Uint8Array;
  readonly from: string;
  readonly to: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** What goes along with every call. */
export interface Call {
  readonly signal: AbortSignal;
  readonly progress: RequestProgress;
}

/** What the provider needs of SES. Version 2 of its API (40 MB a message) would be another one of these. */
export interface SesClient {
  /** Resolves with the message id, unchecked: `undefined` if there is none. */
  sendRaw(email: RawEmail, call: Call): Promise<unknown>;
  quota(call: Call): Promise<Quota>;
  sendingEnabled(call: Call): Promise<boolean>;
  /** SES did not accept the key: the next call gets a fresh one. */
  forgetCredentials(): void;
  /** Whether a call that failed before it connected met an error of a credentials endpoint that passes. */
  credentialsErrorPasses(thrown: unknown): boolean;
  /** Takes every secret that was seen so far out of a text. */
  redact(text: string): string;
  /** Closes all sockets. */
  destroy(): void;
}

/** -1 means no limit there; anything else that is not a count is none of ours. */
const limit = (value: number | undefined): number | undefined =>
  value !== undefined && Number.isFinite(value) && value >= 0 ? value : undefined;

/** SES through @aws-sdk/client-ses, which is loaded on the first call: loading costs 0.2 s and 26 MB. */
export function awsClient(options: CheckedOptions): SesClient {
  const { ca, proxy, maxConnections = 50, connectionTimeoutMs = 2_000, allowInsecureHttp = false } = options;
  const connections = httpConnections({ maxConnections, connectionTimeoutMs, ca, proxy });
  const handler = requestHandler(connections, allowInsecureHttp);
  const source = credentialsSource(options.credentials, connections.secrets);
  const errors = new CredentialsErrors();
  let client: SESClient | undefined;

  const load = async () => {
    const aws = await import("@aws-sdk/client-ses");
    const config: SESClientConfig = {
      // One attempt: by its own default the client repeats a request whose answer it lost, and sends twice.
      // Said here, so that no environment variable or shared file says otherwise.
      maxAttempts: 1,
      retryMode: "standard",
      requestHandler: handler,
      logger: errors.logger,
      ...(options.region === undefined ? {} : { region: options.region }),
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
      ...(source.get === undefined ? {} : { credentials: source.get }),
    };
    client ??= new aws.SESClient(config);
    return { aws, client };
  };
  const call = async <T>(
    { signal, progress }: Call,
    send: (loaded: Awaited<ReturnType<typeof load>>, along: object) => Promise<T>,
  ): Promise<T> => {
    // The client hands its call options on to the request handler as they are: that is how the progress gets there.
    const work = load().then((loaded) => send(loaded, { abortSignal: signal, progress }));
    const value = await untilAborted(work, signal);
    errors.succeeded();
    return value;
  };

  return {
    sendRaw: (email, along) =>
      call(along, async ({ aws, client }, callOptions) => {
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
        return (await client.send(command, callOptions)).MessageId;
      }),
    quota: (along) =>
      call(along, async ({ aws, client }, callOptions) => {
        const answer = await client.send(new aws.GetSendQuotaCommand({}), callOptions);
        const perSecond = limit(answer.MaxSendRate);
        const perDay = limit(answer.Max24HourSend);
        const sentLastDay = limit(answer.SentLast24Hours);
        return {
          ...(perSecond === undefined ? {} : { perSecond }),
          ...(perDay === undefined ? {} : { perDay }),
          ...(sentLastDay === undefined ? {} : { sentLastDay }),
        };
      }),
    sendingEnabled: (along) =>
      call(along, async ({ aws, client }, callOptions) => {
        const { Enabled } = await client.send(new aws.GetAccountSendingEnabledCommand({}), callOptions);
        if (Enabled === undefined) throw new Error("the answer does not say whether sending is enabled");
        return Enabled;
      }),
    forgetCredentials() {
      client = undefined; // the client never asks again for a key without an end; a new client does
    },
    credentialsErrorPasses: (thrown) => errors.passes(thrown),
    redact: source.redact,
    destroy: () => {
      errors.stop();
      handler.destroy();
    },
  };
}

/** The shape of the AWS client's `HttpRequest`. */
interface WireRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The options of `client.send`, as they arrive here. */
interface WireOptions {
  readonly abortSignal?: unknown;
  readonly progress?: RequestProgress;
}

// The AWS client finds endpoints by itself too: in `AWS_ENDPOINT_URL_SES`, and in the shared configuration file.
const insecure = (): Error =>
  Object.assign(new Error("an http: endpoint that is not on this machine"), { code: "EINSECURE" });

function bodyBytes(body: unknown): Buffer {
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return Buffer.alloc(0);
}

/** Answers of SES have some hundred bytes. Reading 1 MB of hostile XML was seen to block for 0.3 s. */
const maxResponseBytes = 64 * 1024;

/** An error of SES with a long message: its name and the beginning of the message; nothing if it is no error of SES. */
function shorten(status: number, start: Buffer): Uint8Array | undefined {
  if (status < 400) return undefined;
  const xml = start.toString("utf8", 0, 8 * 1024);
  const [, code] = /<Code>([A-Za-z0-9.]{1,100})<\/Code>/.exec(xml) ?? [];
  if (code === undefined) return new Uint8Array();
  const [, words = ""] = /<Message>([^<]{0,2000})/.exec(xml) ?? [];
  const whole = words.replace(/&[^;&]{0,10}$/, "");
  return Buffer.from(
    `<ErrorResponse><Error><Code>${code}</Code><Message>${whole}</Message></Error></ErrorResponse>`,
  );
}

/** What is held back until the hand-over: a request up to this size is not on the wire at all before it. */
const heldBackBytes = 64 * 1024;

/** Sends requests of the AWS client in place of its own handler, which does not show how far a request has come. */
function requestHandler(connections: HttpConnections, allowInsecureHttp: boolean) {
  return {
    metadata: { handlerProtocol: "http/1.1" } as const,
    async handle(request: WireRequest, { progress = requestProgress(), abortSignal }: WireOptions = {}) {
      const { protocol, hostname, port, method, path, headers, body } = request;
      const signal = abortSignal instanceof AbortSignal ? abortSignal : undefined;
      signal?.throwIfAborted();
      progress.stage = "connecting";
      const secure = protocol === "https:";
      if (!secure && !allowInsecureHttp && !isLoopback(hostname)) throw insecure();
      const head = { secure, host: hostname, port, method, path, headers };
      const wire = { ...head, body: bodyBytes(body), heldBackBytes, maxResponseBytes, shorten };
      const response = await sendRequest(connections, wire, progress, signal);
      return {
        response: {
          statusCode: response.status,
          reason: response.statusText,
          headers: { ...response.headers },
          body: response.body,
        },
      };
    },
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
    destroy: () => connections.destroy(),
  };
}
