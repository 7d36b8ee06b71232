import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What a prober may ask. */
export interface HealthSite {
  /** The process works, or is ending in order: else it is to be restarted. */
  healthy(): boolean;
  /** It takes messages, and its database answers. */
  ready(): Promise<boolean>;
  /** More paths, each with what it answers. */
  readonly pages?: Readonly<Record<string, () => Promise<{ readonly type: string; readonly body: string }>>>;
}

/** Serves `/healthz` and `/readyz`: 200 or 503, and a word. */
export async function healthServer(
  host: string,
  port: number,
  site: HealthSite,
): Promise<Server & { port: number }> {
  const server = createServer(async (request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    const say = (status: number, body: string, type = "text/plain"): void => {
      response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body);
    };
    const page = site.pages?.[path];
    try {
      if (request.method !== "GET" && request.method !== "HEAD") return say(405, "GET only\n");
      if (path === "/healthz") return site.healthy() ? say(200, "ok\n") : say(503, "stuck\n");
      if (path === "/readyz") return (await site.ready()) ? say(200, "ready\n") : say(503, "not ready\n");
      if (page === undefined) return say(404, "not found\n");
      const { type, body } = await page();
      say(200, body, type);
    } catch {
      say(500, "failed\n");
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return Object.assign(server, { port: (server.address() as AddressInfo).port });
}
