import { type FeedbackStore, option, readUnsubscribeToken, unsubscribeParameter } from "@relais/core/spi";
import { unsubscribeEvent } from "./event.ts";
import { type UnsubscribeView, unsubscribePage } from "./page.ts";

const fields = {
  /** The secret of the chain's option `unsubscribe`, or a list of which each is good. Links live for as long as their mails. */
  secret: option.required(option.signingSecrets),
  /** Where events go: `outbox.feedback`, or something of your own. */
  store: option.required(option.object<FeedbackStore>()),
  /** An HTML document of your own. Its form, if it has one, must POST `List-Unsubscribe=One-Click` to the same URL. */
  page: option.callable<(view: UnsubscribeView) => string>(),
  /** Told of what went wrong in the store. */
  onError: option.callable<(error: unknown) => void>(),
};

export interface UnsubscribeHandlerOptions
  extends option.RequiredOptions<typeof fields>,
    option.OptionalOptions<typeof fields> {}

/** A Fetch handler, as Hono, Next, Deno, Bun and others take it; `nodeHandler` makes one for Node.js of it. */
export type UnsubscribeHandler = (request: Request) => Promise<Response>;

/** What a one-click request has in its body (RFC 8058, 3.2), in either encoding of a form. */
const oneClick = /(?:^|&|name="?)List-Unsubscribe(?:=|"?\s*(?:\r?\n[^\r\n]*)?\r?\n\r?\n)One-Click(?=&|\s|$)/i;
const maxBodyBytes = 16 * 1024;

/** The body, or as much of it as such a request can have. */
async function bodyOf(request: Request): Promise<string> {
  const reader = request.body?.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  while (reader !== undefined && bytes <= maxBodyBytes) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    bytes += value.length;
  }
  if (bytes > maxBodyBytes) await reader?.cancel().catch(() => undefined);
  return Buffer.concat(chunks).subarray(0, maxBodyBytes).toString();
}

const headers = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  // The URL holds the token.
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-robots-tag": "noindex, nofollow",
};

/**
 * A handler for the links of `unsubscribe` (RFC 8058). GET shows a page and changes nothing, since programs follow links
 * of mails; POST acts, with a mail program's one click or with the page's button. It needs no cookie and no script.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export function unsubscribeHandler(options: UnsubscribeHandlerOptions): UnsubscribeHandler {
  const checked = option.check("unsubscribeHandler", option.record(fields), options);
  const { secret, store, page = unsubscribePage, onError } = checked;

  return async (request) => {
    const { method } = request;
    const answer = (status: number, view: UnsubscribeView, more = {}): Response =>
      new Response(method === "HEAD" ? null : page(view), { status, headers: { ...headers, ...more } });
    const token = new URL(request.url).searchParams.get(unsubscribeParameter) ?? "";
    const asked = readUnsubscribeToken(token, secret);
    if (asked === undefined) return answer(404, { state: "invalid" });
    const { recipient, stream } = asked;
    if (method === "GET" || method === "HEAD") return answer(200, { state: "ask", recipient, stream });
    if (method !== "POST") return answer(405, { state: "invalid" }, { allow: "GET, HEAD, POST" });
    if (!oneClick.test(await bodyOf(request))) return answer(400, { state: "ask", recipient, stream });
    try {
      await store.record([unsubscribeEvent(token, asked)]);
    } catch (error) {
      onError?.(error);
      return answer(503, { state: "failed", recipient, stream }, { "retry-after": "60" });
    }
    return answer(200, { state: "done", recipient, stream });
  };
}
