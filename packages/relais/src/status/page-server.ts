import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Paths, and whether all is well. One that rejects is not. */
export type Probes = Readonly<Record<string, () => Promise<boolean>>>;
/** Paths, and what answers there. */
export type Pages = Readonly<Record<string, (response: ServerResponse) => Promise<void>>>;

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves these pages, and nothing else. */
export async function pageServer(host: string, port: number, pages: Pages): Promise<RunningServer> {
  const server = createServer(async ({ method, url = "" }, response) => {
    response.on("error", () => undefined);
    const page = pages[url.split("?")[0] ?? ""];
    if (method !== "GET" && method !== "HEAD") return sendText(response, 405, "GET only");
    if (page === undefined) return sendText(response, 404, "not found");
    try {
      await page(response);
    } catch {
      if (response.headersSent) response.destroy();
      else sendText(response, 500, "This page failed; try it again.");
    }
  });
  return listening(server, host, port);
}

/** Resolves when a server listens. @throws what the operating system says of the port */
export async function listening(server: Server, host: string, port: number): Promise<RunningServer> {
  await new Promise<void>((resolve, reject) => {
    // Stays: a connection that cannot be accepted later does not end the process.
    server.on("error", reject);
    server.listen(port, host, resolve);
  });
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${name}:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Probes as pages: 200 and `ok`, or 503 and `no`. */
export function probePages(probes: Probes): Pages {
  const pages = Object.entries(probes).map(([path, probe]) => {
    const page = async (response: ServerResponse): Promise<void> => {
      const isWell = await probe().catch(() => false);
      sendText(response, isWell ? 200 : 503, isWell ? "ok" : "no");
    };
    return [path, page] as const;
  });
  return Object.fromEntries(pages);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain", "cache-control": "no-store" }).end(`${text}\n`);
}
