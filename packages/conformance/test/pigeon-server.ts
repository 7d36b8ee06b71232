import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Received } from "@relais/conformance";

/** What the loft does with the next pigeons. */
export type Mode =
  | { readonly status: number; readonly error?: string; readonly keeps?: true } // keeps: and takes it all the same
  | "accept"
  | "lose" // takes it, and cuts the connection
  | "stall"
  | "missingId"
  | "partial" // takes it for all but Cleo, who is not there
  | "defer"; // takes it for all but Cleo, who has to wait

/** An imaginary HTTP API for mail, on 127.0.0.1. */
export interface PigeonServer {
  readonly url: string;
  readonly received: Received[];
  requests: number;
  mode: Mode;
  close(): Promise<void>;
}

interface Letter {
  readonly key: string;
  readonly to: readonly string[];
  readonly text: string;
}

/** POST / with a key, recipients and a text is a message; GET / is a question whether all is well. */
export async function pigeonServer(): Promise<PigeonServer> {
  const take = (body: string): string => {
    const { key, to, text } = JSON.parse(body) as Letter;
    const id = `p-${far.received.length + 1}`;
    const leaves = far.mode === "partial" || far.mode === "defer";
    const taken = leaves ? to.filter((address) => address !== "cleo@example.net") : to;
    far.received.push({ id, key, recipients: taken, content: text });
    return id;
  };
  const answer = (response: ServerResponse, body: string): void => {
    const { mode } = far;
    if (mode === "stall") return;
    if (typeof mode === "object") {
      if (mode.keeps) take(body);
      response.writeHead(mode.status).end(JSON.stringify({ error: mode.error ?? "no" }));
      return;
    }
    const id = take(body);
    if (mode === "lose") response.destroy();
    else if (mode === "partial") response.end(JSON.stringify({ id, refused: ["cleo@example.net"] }));
    else if (mode === "defer") response.end(JSON.stringify({ id, waiting: ["cleo@example.net"] }));
    else response.end(JSON.stringify(mode === "missingId" ? {} : { id }));
  };
  const server = createServer((request, response) => {
    far.requests += 1;
    if (request.method === "GET") {
      response.end("{}");
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(response, Buffer.concat(chunks).toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const far: PigeonServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received: [],
    requests: 0,
    mode: "accept",
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return far;
}
