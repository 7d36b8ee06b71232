import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What answers a scrape. */
export interface Scraped {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  close(): Promise<void>;
}

/** Serves a registry at `/metrics`, as an application does. */
export async function serve(registry: {
  readonly contentType: string;
  metrics(): Promise<string>;
}): Promise<Scraped> {
  const server = createServer((_request, response) => {
    registry.metrics().then(
      (text) => response.setHeader("content-type", registry.contentType).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
