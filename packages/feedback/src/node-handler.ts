import type { IncomingMessage, ServerResponse } from "node:http";
import type { FeedbackHandler } from "./feedback-handler.ts";

/** A request of Node.js, and what frameworks may have put on it. */
interface ReadRequest extends IncomingMessage {
  readonly originalUrl?: string;
  readonly rawBody?: unknown;
  readonly body?: unknown;
}

const isBytes = (value: unknown): value is Uint8Array | string =>
  value instanceof Uint8Array || typeof value === "string";

/** The bytes that a body parser left, or the request's own; undefined if a parser took them and kept only what it read. */
function bodyOf(request: ReadRequest): Uint8Array | string | ReadableStream | undefined {
  for (const kept of [request.rawBody, request.body]) if (isBytes(kept)) return kept;
  if (request.readableDidRead) return undefined;
  // Giving up on a long body must not close the connection before its answer.
  return ReadableStream.from(request.iterator({ destroyOnReturn: false }));
}

/**
 * The same for Node.js: `http.createServer`, Express, Connect. It reads the body itself, so it must stand before body
 * parsers, or behind one that keeps the bytes (`express.raw()`, or `rawBody`).
 */
export function nodeHandler(
  handler: FeedbackHandler,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request: ReadRequest, response) => {
    const answer = (status: number, headers: Iterable<readonly [string, string]>, text: string): void => {
      // What is left of the body is not waited for.
      if (!request.readableEnded) response.setHeader("connection", "close");
      for (const [name, value] of headers) response.setHeader(name, value);
      response.statusCode = status;
      response.end(text);
    };
    const json = [["content-type", "application/json"]] as const;
    try {
      const headers = new Headers();
      for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
        const [name = "", value = ""] = request.rawHeaders.slice(i, i + 2);
        if (!name.startsWith(":")) headers.append(name, value);
      }
      const { method = "GET" } = request;
      const url = new URL(request.originalUrl ?? request.url ?? "/", "http://localhost");
      const isBodyless = method === "GET" || method === "HEAD";
      const body = isBodyless ? null : bodyOf(request);
      if (body === undefined) {
        const error =
          "a body parser has read this request, and signatures are about its bytes: put the feedback handler before it, or keep the bytes as request.rawBody";
        answer(500, json, JSON.stringify({ error }));
        return;
      }
      const reply = await handler(new Request(url, { method, headers, body, duplex: "half" }));
      answer(reply.status, reply.headers, await reply.text());
    } catch {
      answer(400, json, JSON.stringify({ error: "the request cannot be read" }));
    }
  };
}
