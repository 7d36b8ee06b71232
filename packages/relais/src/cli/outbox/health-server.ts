import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Paths, and whether all is well. One that rejects is not. */
export type Probes = Readonly<Record<string, () => Promise<boolean>>>;
/** Paths, and what answers there. */
export type Pages = Readonly<Record<string, (response: ServerResponse) => Promise<void>>>;

function say(response: ServerResponse, status: number, word: string): void {
  response.writeHead(status, { "content-type": "text/plain", "cache-control": "no-store" }).end(`${word}\n`);
}

/** Probes as pages: 200 and `ok`, or 503 and `no`. */
export function probePages(probes: Probes): Pages {
  const pages = Object.entries(probes).map(([path, isWell]) => {
    const answer = async (response: ServerResponse): Promise<void> => {
      const well = await isWell().catch(() => false);
      say(response, well ? 200 : 503, well ? "ok" : "no");
    };
    return [path, answer] as const;
  });
  return Object.fromEntries(pages);
}

/** Serves these pages, and nothing else. */
export async function probeServer(
  host: string,
  port: number,
  pages: Pages,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(async ({ method, url = "" }, response) => {
    response.on("error", () => undefined);
    const page = pages[url.split("?")[0] ?? ""];
    if (method !== "GET" && method !== "HEAD") say(response, 405, "GET only");
    else if (page === undefined) say(response, 404, "not found");
    else {
      try {
        await page(response);
      } catch {
        if (!response.headersSent) say(response, 500, "This page failed; try it again.");
        else response.destroy();
      }
    }
  });
  await new Promise<void>((resolve, reject) => {
    // Stays: a connection that cannot be taken later is no reason to end.
    server.on("error", reject);
    server.listen(port, host, resolve);
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
