import { type Notice, NoticeError, type Notify } from "./notice.ts";

export interface WebhookOptions {
  /** @defaultValue 10000 */
  readonly timeoutMs?: number | undefined;
  /** Besides `content-type: application/json`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What is posted, as JSON. @defaultValue the notice, whose `text` is what Slack and Mattermost show */
  readonly body?: ((notice: Notice) => unknown) | undefined;
}

/**
 * Posts notices to a URL. The URL, its login and the headers may be secret: none of them is in any error. Anything but a
 * 2xx is a failure, a redirect too: it might send those secrets elsewhere.
 * @param url http or https; a login in it becomes an `authorization` header
 * @throws {TypeError} one sentence, without the URL
 */
export function webhook(url: string | URL, options: WebhookOptions = {}): Notify {
  const { timeoutMs = 10_000, body = (notice: Notice): unknown => notice } = options;
  if (typeof timeoutMs !== "number" || !(timeoutMs >= 1 && timeoutMs <= 600_000))
    throw new TypeError("webhook: timeoutMs must be a number from 1 to 600000");
  if (typeof body !== "function") throw new TypeError("webhook: body must be a function");
  const { target, login } = targetOf(url);
  const headers = headersOf(options.headers, login);

  return async (notice, signal) => {
    const ownTime = AbortSignal.timeout(timeoutMs);
    const request = {
      method: "POST",
      headers,
      body: JSON.stringify(body(notice)),
      redirect: "manual",
    } as const;
    let response: Response;
    try {
      response = await fetch(target, { ...request, signal: AbortSignal.any([signal, ownTime]) });
      await response.body?.cancel();
    } catch (error) {
      if (ownTime.aborted) throw new NoticeError(`the webhook did not answer within ${timeoutMs} ms`);
      throw new NoticeError(`the webhook could not be reached${codeOf(error)}`);
    }
    if (!response.ok) throw new NoticeError(`the webhook answered ${response.status}`);
  };
}

function targetOf(url: string | URL): { readonly target: string; readonly login: string | undefined } {
  const parsed = URL.parse(String(url));
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    throw new TypeError("webhook: url must be an http or https URL");
  const { username, password } = parsed;
  parsed.username = "";
  parsed.password = "";
  if (username === "" && password === "") return { target: parsed.href, login: undefined };
  const plain = [username, password].map(decoded).join(":");
  return { target: parsed.href, login: `Basic ${Buffer.from(plain).toString("base64")}` };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new TypeError("webhook: url has a login that is not percent-encoded");
  }
}

function headersOf(options: unknown, login: string | undefined): Headers {
  const json = { "content-type": "application/json" };
  const basic = login === undefined ? {} : { authorization: login };
  try {
    return new Headers({ ...json, ...basic, ...(options as Record<string, string> | undefined) });
  } catch {
    // What Node throws here shows the value.
    throw new TypeError("webhook: headers must be an object of header names and values");
  }
}

/** ` (ECONNREFUSED)`, where that is known; what else the error says may hold the URL. */
function codeOf(error: unknown): string {
  const code = ((error as Error | undefined)?.cause as { code?: unknown } | undefined)?.code;
  return typeof code === "string" && /^[A-Z0-9_]{1,40}$/.test(code) ? ` (${code})` : "";
}
