import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { Provider } from "@relais/core/spi";
import { listener } from "../server/listener.ts";
import type { Behaviour, Harness, Need, ProvokedKind, Received, TestTarget } from "./harness.ts";

/** An answer of an HTTP API. A body that is no string is sent as JSON. */
export interface HttpReply {
  /** @defaultValue 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An HTTP API for mail, as its documentation describes it, and how to make its provider. */
export interface HttpHarnessOptions {
  /** Makes the provider for a server at this address, `http://127.0.0.1:…`. */
  create(endpoint: string): Provider;
  /** Whatever the provider knows and must never tell. */
  readonly secrets: readonly string[];
  /** What a request to send asks for. Every request but GET is one. */
  read(request: Request): Promise<Omit<Received, "id">> | Omit<Received, "id">;
  /** The answer that accepts a message under this id. */
  accepted(id: string): HttpReply;
  /** The answer to GET, with which `verify` is content. @defaultValue 200 with `{}` */
  readonly verified?: HttpReply;
  /**
   * An answer for each kind that the API's documentation has one for; nothing is accepted. A stated wait must be longer
   * than 60 s, or a chain waits for it. Without `transient`, the server refuses connections instead.
   */
  readonly refused: { readonly [K in Exclude<ProvokedKind, "unknown">]?: HttpReply };
  /** A refusal with this text in its words. The rules have it quote the secrets. */
  quoting(text: string): HttpReply;
  /** The answer that accepts a message under this id, but refuses `cleo@example.net` as unknown. */
  partial?(id: string): HttpReply;
  /** The answer that accepts a message under this id, but has `cleo@example.net` wait. */
  deferred?(id: string): HttpReply;
  /** What the API does not have, each with the reason in a few words. */
  readonly cannot?: { readonly [N in Need]?: string };
}

/** A provider with its server, which accepts every message until told otherwise. */
export interface HttpTarget extends TestTarget {
  readonly endpoint: string;
  /** From now on nothing is accepted, and this is the answer. */
  refuse(reply: HttpReply): void;
  /** From now on every message is accepted, but not for `without`, and this is the answer; undefined is none. */
  accept(answer: (id: string, request: IncomingMessage) => HttpReply | undefined, without?: string): void;
  /** From now on connections are refused. */
  down(): Promise<void>;
}

const leftOut = "cleo@example.net";

/** The harness of a provider for an HTTP API: a server on 127.0.0.1 that answers as documented, and fails on request. */
export function httpHarness(options: HttpHarnessOptions): Harness<HttpTarget> {
  const { accepted, refused, partial, deferred, cannot } = options;
  const refusals = Object.entries(refused).map(([kind, reply]) => [
    kind,
    (target: HttpTarget) => target.refuse(reply),
  ]);
  return {
    make: () => httpTarget(options),
    provoke: {
      transient: (target) => target.down(),
      ...(Object.fromEntries(refusals) as { [B in Behaviour]?: (target: HttpTarget) => void }),
      unknown: (target) => target.accept((_, request) => void request.socket.destroy()),
      stall: (target) => target.accept(() => undefined),
      missingId: (target) => target.accept((id) => ({ status: accepted(id).status ?? 200, body: {} })),
      echo: (target) => target.refuse(options.quoting(options.secrets.join(" or "))),
      ...(partial && { partial: (target) => target.accept(partial, leftOut) }),
      ...(deferred && { defer: (target) => target.accept(deferred, leftOut) }),
    },
    cannot,
  };
}

async function httpTarget(options: HttpHarnessOptions): Promise<HttpTarget> {
  const { create, secrets, read, verified = {} } = options;
  const received: Received[] = [];
  let requests = 0;
  let refusal: HttpReply | undefined;
  let without: string | undefined;
  let answer: Parameters<HttpTarget["accept"]>[0] = options.accepted;

  const server = createServer(async (request, response) => {
    if (request.method === "GET") return send(response, verified);
    requests += 1;
    const id = `m-${requests}`;
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return; // ended before it was complete
    if (refusal !== undefined) return send(response, refusal);
    const { recipients, ...message } = await read(asWebRequest(request, body));
    received.push({ id, ...message, recipients: recipients.filter((address) => address !== without) });
    const reply = answer(id, request);
    if (reply !== undefined) send(response, reply);
  });
  const listening = await listener(server, 0);
  const endpoint = `http://127.0.0.1:${listening.port}`;
  return {
    endpoint,
    provider: create(endpoint),
    secrets,
    received: () => received,
    requests: () => requests,
    refuse: (reply) => {
      refusal = reply;
    },
    accept: (next, left) => {
      [refusal, answer, without] = [undefined, next, left];
    },
    down: listening.down,
    close: listening.down,
  };
}

function asWebRequest({ method = "POST", url, headers }: IncomingMessage, body: Buffer): Request {
  const pairs = Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string]);
  return new Request(`http://127.0.0.1${url}`, { method, headers: pairs, body: new Uint8Array(body) });
}

function send(response: ServerResponse, { status = 200, headers, body = {} }: HttpReply): void {
  // fetch keeps connections that nothing can close, and one rule looks for what is left open.
  response.writeHead(status, { "content-type": "application/json", connection: "close", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
