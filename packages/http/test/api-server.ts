import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  readonly json: Record<string, unknown>;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface ApiServer {
  readonly endpoint: string;
  readonly requests: Received[];
  readonly sockets: Set<Socket>;
  /** Bytes that have arrived on all connections. */
  readonly bytes: () => number;
  /** How many connections there have been. */
  readonly connections: () => number;
}

export type Behave = (
  request: Received,
  response: ServerResponse,
) => Reply | undefined | Promise<Reply | undefined>;

const parsed = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
};

function say(response: ServerResponse, { status, headers = {}, body }: Reply): void {
  const isJson = typeof body === "object";
  response.writeHead(status, { ...(isJson ? { "content-type": "application/json" } : {}), ...headers });
  response.end(isJson ? JSON.stringify(body) : (body as string | undefined));
}

/** A server on 127.0.0.1 that notes what it is sent, and answers as told; `undefined` leaves the answer to the test. */
export async function apiServer(behave: Behave): Promise<ApiServer> {
  const requests: Received[] = [];
  const sockets = new Set<Socket>();
  let bytes = 0;
  let connections = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks);
    const { method = "", url = "", headers } = request;
    const received = { method, path: url, headers, body, json: parsed(body.toString()) };
    requests.push(received);
    const reply = await behave(received, response);
    if (reply !== undefined) say(response, reply);
  });
  server.on("connection", (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // Beside the parser, which reads from the handle: what it has read is asked of the socket.
    socket.on("close", () => {
      bytes += socket.bytesRead;
    });
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const now = (): number => [...sockets].reduce((sum, socket) => sum + socket.bytesRead, bytes);
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    sockets,
    bytes: now,
    connections: () => connections,
  };
}
