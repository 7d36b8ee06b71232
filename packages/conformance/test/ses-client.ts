import { SESClient, SendRawEmailCommand } from "@aws-sdk/client-ses";
import type { SesServer } from "@relais/conformance";

export const RAW = "From: a@example.com\r\nTo: b@example.org\r\nSubject: x\r\n\r\na + b = c & d\r\n";

export interface Identity {
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly region?: string;
}

/** An SDK client that tries once, and waits so long for an answer: 300 ms where there will be none. */
export function sesClient(
  server: Pick<SesServer, "endpoint">,
  identity: Identity = {},
  requestTimeout = 10_000,
): SESClient {
  const {
    accessKeyId = "AKIDEXAMPLE",
    secretAccessKey = "secret",
    sessionToken,
    region = "eu-west-1",
  } = identity;
  const token = sessionToken === undefined ? {} : { sessionToken };
  return new SESClient({
    region,
    endpoint: server.endpoint,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey, ...token },
    requestHandler: { connectionTimeout: 10_000, requestTimeout, throwOnRequestTimeout: true },
  });
}

export interface Sent {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly status?: number;
  readonly messageId?: string | undefined;
}

/** Sends one raw mail and tells what came of it, never throwing. */
export async function sendRaw(
  client: SESClient,
  to: readonly string[] = ["b@example.org"],
  raw: string | Uint8Array = RAW,
): Promise<Sent> {
  const data = typeof raw === "string" ? Buffer.from(raw) : raw;
  const command = new SendRawEmailCommand({
    Source: "a@example.com",
    Destinations: [...to],
    RawMessage: { Data: data },
  });
  try {
    const { MessageId, $metadata } = await client.send(command);
    return {
      messageId: MessageId,
      ...($metadata.httpStatusCode === undefined ? {} : { status: $metadata.httpStatusCode }),
    };
  } catch (caught) {
    const { name, code, message, $metadata } = caught as Error & {
      code: string;
      $metadata?: { httpStatusCode?: number };
    };
    const status = $metadata?.httpStatusCode;
    return {
      name,
      message,
      ...(code === undefined ? {} : { code }),
      ...(status === undefined ? {} : { status }),
    };
  }
}
