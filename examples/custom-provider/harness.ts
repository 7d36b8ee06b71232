// The second of two files: creates the provider with its own server, and makes that server fail on request.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Harness, Received, TestTarget } from "@relais/conformance";
import { pigeon } from "./pigeon.ts";

const token = "pigeon-token-42";
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface PigeonTarget extends TestTarget {
  readonly url: string;
  /** From now on the server accepts nothing and answers like this. */
  refuse(answer: Answer): void;
  /** From now on the server accepts everything and answers like this. */
  take(answer: Answer): void;
}

const json =
  (status: number, body: object): Answer =>
  (_request, response) => {
    // fetch keeps connections that cannot be closed.
    response.writeHead(status, { connection: "close" }).end(JSON.stringify(body));
  };

export async function target(): Promise<PigeonTarget> {
  const received: Received[] = [];
  let requests = 0;
  let keeps = true;
  let answer: Answer | undefined;
  const server = createServer(async (request, response) => {
    if (request.method === "GET")
      return json(request.headers.authorization === `Bearer ${token}` ? 200 : 401, {})(request, response);
    requests += 1;
    const { key, to, text: content } = JSON.parse(await text(request));
    const id = `p-${requests}`;
    if (keeps) received.push({ id, key, recipients: to, content });
    (answer ?? json(200, { id }))(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    provider: pigeon({ url, token }),
    secrets: [token],
    received: () => received,
    requests: () => requests,
    refuse(next) {
      [keeps, answer] = [false, next];
    },
    take(next) {
      [keeps, answer] = [true, next];
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const refused = (status: number) => (far: PigeonTarget) =>
  far.refuse(json(status, { error: `says ${status}` }));

export const harness: Harness<PigeonTarget> = {
  make: target,
  provoke: {
    transient: refused(503),
    throttled: refused(429),
    deferred: refused(409),
    misconfigured: refused(401),
    refused: refused(403),
    rejected: refused(422),
    unknown: (far) => far.take((request) => request.socket.destroy()),
    stall: (far) => far.take(() => undefined),
    missingId: (far) => far.take(json(200, {})),
    echo: (far) =>
      far.refuse((request, response) =>
        json(403, { error: `${request.headers.authorization}` })(request, response),
      ),
  },
  cannot: {
    partial: "the API takes a message for all or for nobody",
    defer: "the API takes a message for all or for nobody",
  },
};
