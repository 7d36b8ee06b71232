import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** A real HTTP server that notes what is posted to it. */
export interface HookServer {
  readonly url: string;
  readonly posted: readonly {
    readonly headers: IncomingHttpHeaders;
    readonly body: Record<string, unknown>;
  }[];
  close(): Promise<void>;
}

/** @param answer how each post is answered. @defaultValue 200 */
export async function hookServer(
  answer: RequestListener = (_, response) => void response.end("ok"),
): Promise<HookServer> {
  const posted: { headers: IncomingHttpHeaders; body: Record<string, unknown> }[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      posted.push({ headers: request.headers, body: JSON.parse(text) });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/services/T0/hook-path-1`,
    posted,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
