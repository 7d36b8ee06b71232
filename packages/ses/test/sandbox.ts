import { type SesServer, type SesServerOptions, sesServer } from "@relais/conformance";
import type { Provider } from "@relais/core/spi";
import { type SesOptions, ses } from "@relais/ses";
import { onTestFinished } from "vitest";

export const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };

/** A server and a provider that talks to it, both gone when the test is over. The AWS client is loaded. */
export async function pair(
  options: SesOptions = {},
  serverOptions: SesServerOptions = {},
): Promise<{ server: SesServer; provider: Required<Provider> }> {
  const server = await sesServer(serverOptions);
  const secure = serverOptions.certificate !== undefined;
  const trust = secure ? { ca: server.ca } : {};
  const provider = ses({ region: "eu-west-1", endpoint: server.endpoint, credentials, ...trust, ...options });
  onTestFinished(async () => {
    await provider.close?.();
    await server.close();
  });
  // What is loaded on first use should not count where a test measures time.
  await import("@aws-sdk/client-ses");
  return { server, provider: provider as Required<Provider> };
}
