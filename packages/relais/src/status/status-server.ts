import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Chain } from "@relais/core";
import type { Outbox } from "@relais/outbox";
import { allowedHosts, createSessions, isSame, loginLimiter, loginWindowMs } from "./access.ts";
import { eventStream } from "./event-stream.ts";
import { type Deed, whyLeftOut } from "./left-out.ts";
import { loginPage, page, sentencePage } from "./page.ts";
import { listening, type Pages, type RunningServer } from "./page-server.ts";
import { snapshot } from "./snapshot.ts";
import type { StatsCollector } from "./stats-collector.ts";
import { statusView } from "./view.ts";

export interface StatusOptions {
  readonly chain: Pick<Chain, "links">;
  readonly collector: StatsCollector;
  readonly outbox?: Outbox | undefined;
  /** @defaultValue `127.0.0.1` */
  readonly host?: string | undefined;
  /** Names by which others reach the page: a request whose `Host` is neither one of them nor an address is refused. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** @defaultValue a free one */
  readonly port?: number | undefined;
  /**
   * A visitor who knows it may send again, settle and cancel; without it nobody may. Where others than this machine reach the
   * page nobody sees it without the token.
   */
  readonly token?: string | undefined;
  /** More paths: `/metrics`, `/healthz`. They are open to all. */
  readonly pages?: Pages | undefined;
}

const by = "status-page";
const settle =
  (as: "sent" | "failed") =>
  async (outbox: Outbox, id: string): Promise<boolean> =>
    (await outbox.resolve({ ids: [id] }, { as, by })).length === 1;

/** What the buttons do. */
const deeds: Readonly<
  Record<string, { readonly name: Deed; run(outbox: Outbox, id: string): Promise<boolean> }>
> = {
  "/resend": { name: "resend", run: (outbox, id) => outbox.resend(id, { by }) },
  "/arrived": { name: "resolve", run: settle("sent") },
  "/not-arrived": { name: "resolve", run: settle("failed") },
  "/cancel": { name: "cancel", run: (outbox, id) => outbox.cancel(id) },
};

/** How long the answer to a wrong token takes. */
const wrongTokenMs = 1_000;
/** How long a client that still sends has time to read that it is too much. */
const lingerMs = 500;
/** How long a request may take to come in. */
const requestMs = 30_000;

const safeHeaders = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  // Not no-referrer: forms would then come from the origin "null".
  "referrer-policy": "same-origin",
  "x-frame-options": "DENY",
};
const htmlType = { "content-type": "text/html; charset=utf-8" };

/** Serves the status page of a chain, and of its outbox. */
export async function statusServer(options: StatusOptions): Promise<RunningServer> {
  const { host = "127.0.0.1", chain, collector, outbox } = options;
  const sessions = createSessions(options.token);
  const hosts = allowedHosts(host, options.allowedHosts);
  const limiter = loginLimiter();
  const maySee = (request: IncomingMessage): boolean => hosts.localOnly || sessions.of(request) !== undefined;

  const updates = eventStream(async () => {
    const current = await snapshot(chain, collector, outbox);
    const stats = { ...current.stats, providers: [...current.stats.providers] };
    return {
      key: JSON.stringify({ ...current, at: 0, stats }),
      textFor: ({ req }) =>
        maySee(req) ? statusView(current, { csrf: sessions.of(req)?.csrf }).text : undefined,
    };
  });

  const showPage = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const session = sessions.of(request);
    const nonce = randomBytes(16).toString("base64");
    const headers = {
      ...safeHeaders,
      ...htmlType,
      "content-security-policy": `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    };
    if (!maySee(request)) {
      response.writeHead(401, { ...headers, "www-authenticate": 'Session realm="Relais"' });
      response.end(loginPage(nonce).text);
      return;
    }
    const login = !sessions.canLogIn ? "none" : session === undefined ? "out" : "in";
    const view = statusView(await snapshot(chain, collector, outbox), { csrf: session?.csrf });
    response.writeHead(200, headers).end(page(view, { nonce, login }).text);
  };
  const subscribe = (request: IncomingMessage, response: ServerResponse): void => {
    if (!maySee(request)) sendSentence(response, 401, "Log in first.");
    else if (!updates.add(response)) sendSentence(response, 503, "There are too many visitors.");
    else response.writeHead(200, { ...safeHeaders, "content-type": "text/event-stream" }).write(": \n\n");
  };
  const logIn = async (token: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { remoteAddress = "" } = request.socket;
    if (!limiter.acquire(remoteAddress)) {
      response.setHeader("retry-after", loginWindowMs / 1_000);
      return sendSentence(response, 429, "Too many wrong tokens: wait a minute.");
    }
    const cookie = sessions.login(token);
    if (cookie === undefined) {
      await sleep(wrongTokenMs, undefined, { ref: false });
      return sendSentence(response, 403, "That is not the token.");
    }
    limiter.release(remoteAddress);
    response.setHeader("set-cookie", cookie);
    return redirectHome(response);
  };
  const post = async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = await readForm(request, response);
    if (path === "/login") return logIn(form.get("token") ?? "", request, response);
    const session = sessions.of(request);
    if (session === undefined || !isSame(form.get("csrf"), session.csrf))
      return sendSentence(response, 403, "Log in first.");
    if (outbox === undefined) return sendSentence(response, 404, "There is no outbox.");
    const deed = deeds[path];
    if (deed === undefined) return sendSentence(response, 404, "There is nothing here.");
    const id = form.get("id") ?? "";
    if (await deed.run(outbox, id)) return redirectHome(response);
    const message = await outbox.get(id);
    const why =
      message === undefined
        ? "not there"
        : whyLeftOut(deed.name, message.state, message.deliveryTrace.resolution);
    return sendSentence(response, 409, `Nothing was done: the message is ${why}.`);
  };

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url = "" } = request;
    const path = url.split("?")[0] ?? "";
    if (!hosts.allows(request)) {
      const why = hosts.localOnly
        ? "This page is for this machine."
        : "The page is not known by this name: --allowed-host allows it.";
      return sendSentence(response, 421, why);
    }
    if (method === "POST") {
      if (!isOwnOrigin(request)) return sendSentence(response, 403, "Not from here.");
      return post(path, request, response);
    }
    if (method !== "GET" && method !== "HEAD") return sendSentence(response, 405, "GET or POST");
    const more = options.pages?.[path];
    if (more !== undefined) return more(response);
    if (path === "/") return showPage(request, response);
    if (path === "/events") return subscribe(request, response);
    return sendSentence(response, 404, "There is nothing here.");
  };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    response.on("error", () => undefined);
    route(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else if (error instanceof FormTooLong) refuseForm(request, response);
      else sendSentence(response, 500, "This page failed; try it again.");
    });
  };
  const server = createServer({ requestTimeout: requestMs, headersTimeout: requestMs }, handle);
  // A client that asks before it sends a long body is answered before it does.
  server.on("checkContinue", handle);
  const { url, close } = await listening(server, host, options.port ?? 0);
  return {
    url,
    close() {
      updates.close();
      return close();
    },
  };
}

function sendSentence(
  response: ServerResponse,
  status: number,
  sentence: string,
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, { ...safeHeaders, ...htmlType, ...headers }).end(sentencePage(sentence).text);
}

function redirectHome(response: ServerResponse): void {
  response.writeHead(303, { ...safeHeaders, location: "/" }).end();
}

function isOwnOrigin({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
}

class FormTooLong extends Error {}
const mostFormBytes = 2_000;

/**
 * The fields of a form, of which no more is read than fits.
 * @throws {FormTooLong} as soon as that is known, by its length before anything is read
 */
async function readForm(request: IncomingMessage, response: ServerResponse): Promise<URLSearchParams> {
  if (Number(request.headers["content-length"] ?? 0) > mostFormBytes) throw new FormTooLong();
  if (request.headers.expect !== undefined) response.writeContinue();
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Not `for await`: leaving it would destroy the connection, on which the answer is still to go.
  await new Promise<void>((resolve, reject) => {
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= mostFormBytes) chunks.push(chunk);
      else {
        request.pause().removeAllListeners("data");
        reject(new FormTooLong());
      }
    });
    request
      .once("end", resolve)
      .once("error", reject)
      .once("close", () => reject(new Error("it ended early")));
  });
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

/** The rest of the body is not read: the answer is sent, and soon after it the connection is closed. */
function refuseForm(request: IncomingMessage, response: ServerResponse): void {
  const body = sentencePage("That is longer than any form here.").text;
  const length = { "content-length": Buffer.byteLength(body), connection: "close" };
  response.writeHead(413, { ...safeHeaders, ...htmlType, ...length }).write(body);
  setTimeout(() => request.socket.destroy(), lingerMs).unref();
}
