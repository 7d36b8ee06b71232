import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { run } from "./run.ts";
import { tarball } from "./tarball.ts";

export interface Registry {
  readonly url: string;
  close(): void;
}

/** The registry of this machine's npm. */
async function upstreamUrl(): Promise<string> {
  const { stdout } = await run("npm", ["config", "get", "registry"]);
  return stdout.trim().replace(/\/$/, "");
}

export async function isRegistryReachable(): Promise<boolean> {
  const ping = fetch(`${await upstreamUrl()}/-/ping`, { signal: AbortSignal.timeout(10_000) });
  return ping.then(
    ({ ok }) => ok,
    () => false,
  );
}

/**
 * A registry of npm's kind on this machine: it has the packed packages of a folder, and passes all other requests on to
 * the registry of this machine's npm. So a line of a README installs what it says, before anything is published.
 */
export async function registryWith(folder: string): Promise<Registry> {
  const upstream = await upstreamUrl();
  const packed = new Map(
    readdirSync(folder).map((file) => {
      const manifest = JSON.parse(tarball(join(folder, file)).get("package.json") ?? "{}");
      return [manifest.name as string, { file, manifest }];
    }),
  );

  const packument = (name: string): object => {
    const { file, manifest } = packed.get(name) as { file: string; manifest: { version: string } };
    const integrity = `sha512-${createHash("sha512")
      .update(readFileSync(join(folder, file)))
      .digest("base64")}`;
    const dist = { tarball: `${url}/-/packed/${file}`, integrity };
    const { version } = manifest;
    const time = { created: "2026-01-01T00:00:00.000Z", [version]: "2026-01-01T00:00:00.000Z" };
    return { name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } }, time };
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = decodeURIComponent(request.url ?? "/").slice(1);
    if (path.startsWith("-/packed/")) return void response.end(readFileSync(join(folder, basename(path))));
    if (packed.has(path)) {
      response.setHeader("content-type", "application/json");
      return void response.end(JSON.stringify(packument(path)));
    }
    const headers = { accept: request.headers.accept ?? "*/*" };
    const found = await fetch(`${upstream}${request.url}`, { headers });
    response.setHeader("content-type", found.headers.get("content-type") ?? "application/json");
    response.writeHead(found.status).end(Buffer.from(await found.arrayBuffer()));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.writeHead(502).end(error.message));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, close: () => server.close() };
}
