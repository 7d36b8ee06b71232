import type { ClientRequest } from "node:http";
import { type HttpConnections, isLoopback } from "@relais/core/spi";
import { type Exchange, exchange as newExchange } from "./exchange.ts";
import { responseBody } from "./response-body.ts";
import { retryAfterMs } from "./retry-after.ts";
import { writeRequest } from "./write-request.ts";

/** What the AWS client asks for; the shape of its `HttpRequest`. */
export interface WireRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The options of `client.send`, as they arrive here. */
export interface WireOptions {
  readonly abortSignal?: unknown;
  readonly exchange?: Exchange;
}

/** The shape of the AWS client's `HttpResponse`. */
export interface WireResponse {
  readonly statusCode: number;
  readonly reason: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

export interface RequestHandler {
  readonly metadata: { readonly handlerProtocol: "http/1.1" };
  handle(request: WireRequest, options?: WireOptions): Promise<{ response: WireResponse }>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): object;
  destroy(): void;
}

export interface RequestHandlerOptions {
  readonly connections: HttpConnections;
  /** Whether requests without TLS may leave this machine. */
  readonly allowInsecureHttp: boolean;
}

// The AWS client finds endpoints by itself too: in `AWS_ENDPOINT_URL_SES`, and in the shared configuration file.
const insecure = (): Error =>
  Object.assign(new Error("an http: endpoint that is not on this machine"), { code: "EINSECURE" });

function bodyBytes(body: unknown): Buffer {
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return Buffer.alloc(0);
}

/**
 * Puts requests of the AWS client on the wire in place of its own handler, which cannot tell where a request stands:
 * connects first, then writes, hands over right before the last bytes, bounds the answer, and notes each step in
 * `options.exchange`. The abort signal is the only deadline besides that of the connections.
 */
export function requestHandler(options: RequestHandlerOptions): RequestHandler {
  const { connections, allowInsecureHttp } = options;

  const handle = async (
    wanted: WireRequest,
    given: WireOptions = {},
  ): Promise<{ response: WireResponse }> => {
    const exchange = given.exchange ?? newExchange();
    const signal = given.abortSignal instanceof AbortSignal ? given.abortSignal : undefined;
    signal?.throwIfAborted();
    exchange.stage = "connecting";
    const secure = wanted.protocol === "https:";
    if (!secure && !allowInsecureHttp && !isLoopback(wanted.hostname)) throw insecure();
    const { hostname: host, port, method, path, headers: fields } = wanted;
    let request: ClientRequest | undefined;
    const onAbort = (): void => {
      request?.destroy(new DOMException("aborted", "AbortError"));
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      request = await connections.begin({ secure, host, port, method, path, headers: fields }, signal);
      signal?.throwIfAborted();
      exchange.stage = "connected";
      const answer = await writeRequest(request, bodyBytes(wanted.body), exchange);
      exchange.status = answer.statusCode ?? 0;
      exchange.stage = "answering";
      const wait = retryAfterMs(answer.headers["retry-after"], Date.now());
      if (wait !== undefined) exchange.retryAfterMs = wait;
      const body = await responseBody(answer);
      exchange.stage = "answered";
      if (!exchange.handedOver) request.destroy(); // answered before it was all written: nothing to keep alive
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(answer.headers)) headers[name] = String(value);
      return {
        response: { statusCode: exchange.status, reason: answer.statusMessage ?? "", headers, body },
      };
    } catch (thrown) {
      request?.destroy();
      throw thrown;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  };

  return {
    metadata: { handlerProtocol: "http/1.1" },
    handle,
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
    destroy: () => connections.destroy(),
  };
}
