import type { ClientRequest, IncomingMessage } from "node:http";
import type { HttpConnections, RequestHead } from "./connections.ts";

/**
 * How far a request has come, in order. Up to `connected` the server has nothing of it or only a part that it cannot
 * accept; from `handed over` on it may have all of it.
 */
export type RequestStage =
  | "preparing"
  | "connecting"
  | "connected"
  | "handed over"
  | "answering"
  | "answered";

/** The trace that a request leaves: the evidence that a failure is read from. */
export interface RequestProgress {
  stage: RequestStage;
  /** Whether the hand-over was confirmed and the last bytes may have left. Never goes back to false. */
  handedOver: boolean;
  /** From the moment that the head of the response is there. */
  status?: number;
  headers?: Readonly<Record<string, string>>;
  /** Awaited right before the last bytes of the request are written; if it rejects they are not. */
  readonly handOver?: () => Promise<void>;
  handOverRefused?: boolean;
}

/** The progress of a new request; without `handOver` for one that only reads. */
export function requestProgress(handOver?: () => Promise<void>): RequestProgress {
  return { stage: "preparing", handedOver: false, ...(handOver === undefined ? {} : { handOver }) };
}

export interface HttpRequest extends RequestHead {
  readonly body?: Buffer | undefined;
  /** The last bytes of the body, held back until the hand-over. @defaultValue all: nothing is sent before it */
  readonly heldBackBytes?: number;
  readonly maxResponseBytes: number;
  /** The body in place of one that has more bytes; without it, such a response is an error. */
  readonly shorten?: (status: number, start: Buffer) => Uint8Array | undefined;
}

/** A response, complete. */
export interface HttpResponse {
  readonly status: number;
  readonly statusText: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const connectionReset = (text: string): Error => Object.assign(new Error(text), { code: "ECONNRESET" });

/** The head of the response; rejects if the connection ends before it. */
function responseHead(request: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request.once("response", resolve);
  request.once("error", reject);
  request.once("close", () => reject(connectionReset("closed without an answer")));
  promise.catch(() => {}); // it may reject while something else is awaited
  return promise;
}

/**
 * Writes a connected request and resolves with the head of the response. The hand-over is confirmed when all but the
 * bytes held back have left. As with the final dot of SMTP, the server can do nothing with what it has by then, since
 * the length is that of the whole. So an upload that breaks off or is aborted half way was surely not accepted.
 */
async function write(
  request: ClientRequest,
  body: Buffer,
  heldBackBytes: number,
  progress: RequestProgress,
): Promise<IncomingMessage> {
  const response = responseHead(request);
  // A server may refuse before it has read everything: then there is nothing to hand over.
  const unlessAnswered = async (step: Promise<void>): Promise<boolean> =>
    (await Promise.race([step.then(() => undefined), response])) !== undefined;

  const head = body.subarray(0, Math.max(0, body.length - heldBackBytes));
  if (head.length > 0) {
    const left = new Promise<void>((resolve, reject) => {
      request.write(head, (error) => (error ? reject(error) : resolve()));
    });
    if (await unlessAnswered(left)) return response;
  }
  if (progress.handOver !== undefined && !request.destroyed) {
    const { handOver } = progress;
    const confirmed = (async () => handOver())().catch((error: unknown) => {
      progress.handOverRefused = true;
      throw error;
    });
    if (await unlessAnswered(confirmed)) {
      // What a server says before it has anything is no answer to this request.
      if (head.length === 0) throw connectionReset("an answer before the request");
      return response;
    }
  }
  if (request.destroyed) return response;
  progress.handedOver = true;
  progress.stage = "handed over";
  request.end(body.subarray(head.length));
  return response;
}

async function readBody(
  response: IncomingMessage,
  { maxResponseBytes, shorten }: HttpRequest,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes <= maxResponseBytes) continue;
    response.destroy();
    const short = shorten?.(response.statusCode ?? 0, Buffer.concat(chunks));
    if (short === undefined) throw new Error(`the answer has more than ${maxResponseBytes} bytes`);
    return short;
  }
  if (!response.complete) throw new Error("the answer broke off");
  return Buffer.concat(chunks);
}

/**
 * One request and its response: connects, writes, hands over right before the last bytes, and notes each step in
 * `progress`. Follows no redirect, repeats nothing. The signal is the only deadline besides that of the connections.
 */
export async function sendRequest(
  connections: HttpConnections,
  options: HttpRequest,
  progress: RequestProgress,
  signal?: AbortSignal,
): Promise<HttpResponse> {
  const { body = Buffer.alloc(0), heldBackBytes = Number.POSITIVE_INFINITY } = options;
  let request: ClientRequest | undefined;
  const onAbort = (): void => {
    request?.destroy(new DOMException("aborted", "AbortError"));
  };
  try {
    progress.stage = "connecting";
    request = await connections.connect(options, signal);
    signal?.throwIfAborted();
    signal?.addEventListener("abort", onAbort, { once: true });
    progress.stage = "connected";
    const response = await write(request, body, heldBackBytes, progress);
    const status = response.statusCode ?? 0;
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headers)) headers[name] = String(value);
    Object.assign(progress, { status, headers, stage: "answering" });
    const bytes = await readBody(response, options);
    progress.stage = "answered";
    if (!request.writableFinished) request.destroy(); // answered before it was all written: it cannot be kept alive
    return { status, statusText: response.statusMessage ?? "", headers, body: bytes };
  } catch (error) {
    request?.destroy();
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}
