import type { ClientRequest, IncomingMessage } from "node:http";
import type { HttpConnections } from "@relais/core/spi";
import { type Answer, readAnswer } from "./answer.ts";
import type { EncodedBody } from "./encode-body.ts";

export interface Call {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: EncodedBody;
  /** Awaited when the connection stands and not a byte of the request has left; if it rejects, none will. */
  readonly handOver?: () => Promise<void>;
}

/**
 * How a call ended. `unsent`: nothing of it left. `held back`: the same, because the hand-over was refused. `lost`: it
 * left, or some of it, and no whole answer came.
 */
export type Called =
  | { readonly end: "answered"; readonly answer: Answer }
  | { readonly end: "unsent" | "held back" | "lost"; readonly thrown: unknown };

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

/** The head of the answer; a rejection when the connection goes before it. */
function headOf(request: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request.once("response", resolve);
  request.once("error", reject);
  request.once("close", () => reject(coded("ECONNRESET", "closed without an answer")));
  promise.catch(() => {}); // it may break while something else is awaited
  return promise;
}

/** One request and its answer; follows nothing, repeats nothing, never rejects. The signal is the only deadline. */
export async function call(connections: HttpConnections, wanted: Call, signal: AbortSignal): Promise<Called> {
  const { method, url, body } = wanted;
  let end: "unsent" | "held back" | "lost" = "unsent";
  let request: ClientRequest | undefined;
  let onAbort = (): void => {};
  try {
    signal.throwIfAborted();
    const made = await connections.begin(
      {
        secure: url.protocol === "https:",
        host: url.hostname,
        port: url.port === "" ? undefined : Number(url.port),
        method,
        path: `${url.pathname}${url.search}`,
        headers: {
          accept: "application/json",
          "user-agent": "relais",
          ...wanted.headers,
          ...(body === undefined
            ? {}
            : { "content-type": body.contentType, "content-length": body.bytes.length }),
        },
      },
      signal,
    );
    request = made;
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(new DOMException("aborted", "AbortError")); // caught below, where the request ends
    });
    aborted.catch(() => {});
    signal.addEventListener("abort", onAbort, { once: true });
    signal.throwIfAborted();
    const head = headOf(made);
    if (wanted.handOver !== undefined) {
      const { handOver } = wanted;
      const crossing = (async () => handOver())().catch((thrown: unknown) => {
        end = "held back";
        throw thrown;
      });
      const early = head.then(() => {
        throw coded("ECONNRESET", "an answer before the request");
      });
      await Promise.race([crossing, aborted, early]);
    }
    signal.throwIfAborted();
    if (made.destroyed) throw coded("ECONNRESET", "closed before the request");
    end = "lost";
    made.end(body?.bytes);
    const answer = await Promise.race([head.then(readAnswer), aborted]);
    if (!made.writableFinished) made.destroy(); // answered before it was all written: nothing to keep alive
    return { end: "answered", answer };
  } catch (thrown) {
    request?.destroy();
    return { end, thrown };
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
