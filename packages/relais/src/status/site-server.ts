import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { allowedHosts, createSessions, isSame, loginLimiter, loginWindowMs, type Session } from "./access.ts";
import { eventStream } from "./event-stream.ts";
import type { Html } from "./html.ts";
import { loginPage, sentencePage } from "./page.ts";
import { listening, type Pages, type RunningServer } from "./page-server.ts";

/** Who may reach a site, and where it is. */
export interface SiteAddress {
  /** @defaultValue `127.0.0.1` */
  readonly host?: string | undefined;
  /** Names by which others reach the page: a request whose `Host` is neither one of them nor an address is refused. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** @defaultValue a free one */
  readonly port?: number | undefined;
  /**
   * A visitor who knows it may press buttons; without it nobody may, but where `forThisMachine` says so. Where others than
   * this machine reach the page nobody sees it without the token.
   */
  readonly token?: string | undefined;
}

/** A page of one part that changes, and what else is behind its door. */
export interface Site extends SiteAddress {
  /** The part that changes, and a key that is the same for the same state. */
  view(): Promise<{ readonly key: string; readonly viewFor: (session: Session | undefined) => Html }>;
  /** The whole page at a path; `undefined` if there is none. */
  page(path: string, visit: Visit): Promise<Html | undefined>;
  /** What else its policy of content allows: `"frame-src 'self'"`. @defaultValue nothing */
  readonly policy?: string | undefined;
  /** What a form does. @returns a sentence if it could not be done, or the path of the page that comes next, if not the first */
  post(path: string, form: URLSearchParams): Promise<Refused | { readonly location: string } | undefined>;
  /** Whether a visitor on this machine needs no token for forms. @defaultValue false */
  readonly openToThisMachine?: boolean | undefined;
  /** More paths, open to all. */
  readonly pages?: Pages | undefined;
  /** More answers for those who may see the page. @returns whether this was one of them */
  answer?(url: URL, response: ServerResponse): Promise<boolean>;
}

/** One look at the page. */
export interface Visit {
  readonly url: URL;
  readonly session: Session | undefined;
  /** Allows the page's own style and script, and nothing else. */
  readonly nonce: string;
  readonly login: "none" | "out" | "in";
}

export interface Refused {
  readonly status: number;
  readonly sentence: string;
}

/** How long the answer to a wrong token takes. */
const wrongTokenMs = 1_000;
/** How long a client that still sends has time to read that it is too much. */
const lingerMs = 500;
/** How long a request may take to come in. */
const requestMs = 30_000;

export const safeHeaders = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  // Not no-referrer: forms would then come from the origin "null".
  "referrer-policy": "same-origin",
  "x-frame-options": "DENY",
};
const htmlType = { "content-type": "text/html; charset=utf-8" };

/** Serves a site behind one door: hosts, log-in, a policy of content, updates. */
export async function siteServer(site: Site): Promise<RunningServer> {
  const { host = "127.0.0.1" } = site;
  const sessions = createSessions(site.token);
  const hosts = allowedHosts(host, site.allowedHosts);
  const limiter = loginLimiter();
  const maySee = (request: IncomingMessage): boolean => hosts.localOnly || sessions.of(request) !== undefined;

  const updates = eventStream(async () => {
    const { key, viewFor } = await site.view();
    return { key, textFor: ({ req }) => (maySee(req) ? viewFor(sessions.of(req)).text : undefined) };
  });

  const showPage = async (url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const session = sessions.of(request);
    const nonce = randomBytes(16).toString("base64");
    const headers = {
      ...safeHeaders,
      ...htmlType,
      "content-security-policy": `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'${site.policy === undefined ? "" : `; ${site.policy}`}`,
    };
    if (!maySee(request)) {
      if (url.pathname !== "/") return sendSentence(response, 401, "Log in first.");
      response.writeHead(401, { ...headers, "www-authenticate": 'Session realm="Relais"' });
      response.end(loginPage(nonce).text);
      return;
    }
    if (await site.answer?.(url, response)) return;
    const login = !sessions.canLogIn ? "none" : session === undefined ? "out" : "in";
    const page = await site.page(url.pathname, { url, session, nonce, login });
    if (page === undefined) return sendSentence(response, 404, "There is nothing here.");
    response.writeHead(200, headers).end(page.text);
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
    return redirect(response);
  };
  const post = async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = await readForm(request, response);
    if (path === "/login") return logIn(form.get("token") ?? "", request, response);
    const session = sessions.of(request);
    // A browser names the origin of every form; that it is this page's was looked at before.
    const isHere = site.openToThisMachine === true && hosts.localOnly && request.headers.origin !== undefined;
    if (!isHere && (session === undefined || !isSame(form.get("csrf"), session.csrf)))
      return sendSentence(response, 403, "Log in first.");
    const done = await site.post(path, form);
    return done !== undefined && "sentence" in done
      ? sendSentence(response, done.status, done.sentence)
      : redirect(response, done?.location);
  };

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url: target = "" } = request;
    const path = target.split("?")[0] ?? "";
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
    const more = site.pages?.[path];
    if (more !== undefined) return more(response);
    if (path === "/events") return subscribe(request, response);
    const url = URL.parse(target, "http://relais.invalid");
    return url === null
      ? sendSentence(response, 404, "There is nothing here.")
      : showPage(url, request, response);
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
  const { url, close } = await listening(server, host, site.port ?? 0);
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

function redirect(response: ServerResponse, location = "/"): void {
  response.writeHead(303, { ...safeHeaders, location }).end();
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
