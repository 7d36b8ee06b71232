import { type FeedbackResult, type FeedbackStore, option } from "@relais/core/spi";
import { type FeedbackReceiver, maxBodyBytes } from "./receiver/receiver.ts";

/** What became of one request, for a log or a counter. */
export interface FeedbackReport {
  /** The receiver's name; absent if the path names none. */
  readonly receiver?: string | undefined;
  /** The HTTP status that was answered. */
  readonly status: number;
  /** What the store did with the events. */
  readonly result?: FeedbackResult | undefined;
  /** A subscription that was confirmed or has ended, events that cannot be read. */
  readonly notice?: string | undefined;
  /** Why it was refused: one sentence, without secrets. */
  readonly error?: string | undefined;
  /** What the store threw. */
  readonly cause?: unknown;
}

const fields = {
  /** By the name in the path: `{ ses: snsReceiver(…) }` is `POST /feedback/ses`. */
  receivers: option.required(option.object<Readonly<Record<string, FeedbackReceiver>>>()),
  /** Where the events go: `outbox.feedback`, or something of your own. */
  store: option.required(option.object<FeedbackStore>()),
  /** Requests at once; further ones are answered 503, and come again. @defaultValue 64 */
  maxConcurrent: option.whole(1, 10_000),
  /** Told of each request. */
  onRequest: option.callable<(report: FeedbackReport) => void>(),
};

export interface FeedbackHandlerOptions
  extends option.RequiredOptions<typeof fields>,
    option.OptionalOptions<typeof fields> {}

/** A Fetch handler, as Hono, Next, Deno, Bun and others take it. */
export type FeedbackHandler = (request: Request) => Promise<Response>;

/** How long a body may take to come. */
const bodyTimeoutMs = 10_000;

type Answer = Omit<FeedbackReport, "receiver"> & { readonly headers?: Record<string, string> };

/** The body, if it is not too long and does not take too long. */
async function read(request: Request): Promise<Uint8Array | Answer> {
  const tooLarge = { status: 413, error: `the request is larger than ${maxBodyBytes} bytes` };
  if (Number(request.headers.get("content-length") ?? 0) > maxBodyBytes) return tooLarge;
  const reader = request.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    reader.cancel().catch(() => {});
  }, bodyTimeoutMs);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.length;
      if (bytes > maxBodyBytes) {
        reader.cancel().catch(() => {});
        return tooLarge;
      }
      chunks.push(value);
    }
  } catch {
    return { status: 400, error: "the body did not come to its end" };
  } finally {
    clearTimeout(timer);
  }
  return isLate ? { status: 408, error: "the body took too long to come" } : Buffer.concat(chunks);
}

async function answer(request: Request, receiver: FeedbackReceiver, store: FeedbackStore): Promise<Answer> {
  if (request.method !== "POST")
    return { status: 405, error: "only POST is allowed here", headers: { allow: "POST" } };
  const body = await read(request);
  if (!(body instanceof Uint8Array)) return body;
  const { refusal, events, notice } = await receiver.receive({ headers: request.headers, body });
  if (refusal !== undefined) {
    const headers = refusal.status === 401 ? { "www-authenticate": 'Basic realm="feedback"' } : {};
    return { ...refusal, headers };
  }
  if (events.length === 0) return { status: 200, notice };
  try {
    return { status: 200, result: await store.record(events), notice };
  } catch (cause) {
    return { status: 503, error: "the events could not be stored; send them again", cause, notice };
  }
}

/**
 * A Fetch handler for `POST …/feedback/<name>`. It answers 200 only after the events are stored, and 503 if they could
 * not be, so that the vendor sends them again.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export function feedbackHandler(options: FeedbackHandlerOptions): FeedbackHandler {
  const checked = option.check("feedbackHandler", option.record(fields), options);
  const { receivers, store, maxConcurrent = 64, onRequest } = checked;
  for (const name of Object.keys(receivers))
    if (!/^[\w.-]{1,64}$/.test(name))
      throw new TypeError("feedbackHandler: names of receivers must be 1 to 64 letters, digits, ., _ or -");
  let running = 0;

  return async (request) => {
    const [, name] = /(?:^|\/)feedback\/([\w.-]+)\/?$/.exec(new URL(request.url).pathname) ?? [];
    const receiver = name !== undefined && Object.hasOwn(receivers, name) ? receivers[name] : undefined;
    let reply: Answer;
    running += 1;
    try {
      if (receiver === undefined) reply = { status: 404, error: "there is no receiver of this name" };
      else if (running > maxConcurrent)
        reply = { status: 503, error: "too many requests at once", headers: { "retry-after": "1" } };
      else reply = await answer(request, receiver, store);
    } catch (cause) {
      reply = { status: 500, error: "the request could not be read", cause };
    } finally {
      running -= 1;
    }
    const { headers, ...report } = reply;
    try {
      onRequest?.({ ...(receiver === undefined ? {} : { receiver: name }), ...report });
    } catch {
      // Whoever is told cannot change the answer.
    }
    const { status, error, result } = report;
    return Response.json(error === undefined ? { ...result } : { error }, { status, headers: headers ?? {} });
  };
}
