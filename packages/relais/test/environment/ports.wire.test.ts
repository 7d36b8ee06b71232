import { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { chainFromEnv } from "relais";
import { afterEach, expect, test, vi } from "vitest";
import { mail, type Settings } from "./settings.ts";

afterEach(() => vi.restoreAllMocks());

/** The ports that SMTP really tries, where nobody listens, and whether TLS is to begin at once. */
async function tried(env: Settings): Promise<string[]> {
  const connect = vi.spyOn(Socket.prototype, "connect"); // looks on: the socket is a real one
  // An address of this machine where nothing can listen by chance.
  const chain = chainFromEnv({ SMTP_HOST: "127.83.12.5", ...env });
  await chain.send(mail);
  await chain.close();
  const calls = connect.mock.calls.map((args, i) => {
    const { port } = (args as unknown[]).flat()[0] as { port?: number };
    return `${port}${connect.mock.contexts[i] instanceof TLSSocket ? " TLS" : ""}`;
  });
  return [...new Set(calls)];
}

test.each<[Settings, string]>([
  [{}, "587"],
  [{ SMTP_SECURE: "false" }, "587"],
  [{ SMTP_SECURE: "true" }, "465 TLS"],
  [{ SMTP_PORT: "465" }, "465 TLS"],
  [{ SMTP_PORT: "465", SMTP_SECURE: "false" }, "465"],
  [{ SMTP_PORT: "587", SMTP_SECURE: "true" }, "587 TLS"],
  [{ SMTP_PORT: " 2525 " }, "2525"],
])("%o: port %s", async (env, port) => expect(await tried(env)).toEqual([port]));
