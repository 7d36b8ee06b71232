import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface TokenEndpoint {
  readonly url: string;
  /** The forms it was sent. */
  readonly asked: readonly URLSearchParams[];
  close(): Promise<void>;
}

/** A token endpoint (RFC 6749, 5) on loopback that answers the nth request as scripted; `undefined` hangs up. */
export async function tokenEndpoint(
  answer: (nth: number) => { readonly status?: number; readonly body: string } | "silence" | undefined,
): Promise<TokenEndpoint> {
  const asked: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    let form = "";
    request.on("data", (chunk: Buffer) => {
      form += chunk.toString();
    });
    request.on("end", () => {
      asked.push(new URLSearchParams(form));
      const reply = answer(asked.length);
      if (reply === "silence") return;
      if (reply === undefined) request.socket.destroy();
      else response.writeHead(reply.status ?? 200, { connection: "close" }).end(reply.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
