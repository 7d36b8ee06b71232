import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Chain } from "@relais/core";
import type { Outbox } from "@relais/outbox";
import { FormTooLong, formOf } from "./form.ts";
import { fragment } from "./fragment.ts";
import { hosts } from "./hosts.ts";
import { html } from "./html.ts";
import type { Monitor } from "./monitor.ts";
import { loginPage, page } from "./page.ts";
import { readers } from "./readers.ts";
import { isSame, sessions } from "./sessions.ts";
import { snapshot } from "./snapshot.ts";
import { tries, triesWindowMs } from "./tries.ts";

export interface StatusOptions {
  readonly chain: Pick<Chain, "links">;
  readonly monitor: Monitor;
  readonly outbox?: Outbox | undefined;
  /** @defaultValue `127.0.0.1` */
  readonly host?: string | undefined;
  /** Names by which others reach the page: without one, or an address, in its `Host` no request is answered. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** @defaultValue a free one */
  readonly port?: number | undefined;
  /**
   * With it whoever knows it may send again and cancel; without it nobody may. Where others than this machine reach the
   * page nobody sees it without the token.
   */
  readonly token?: string | undefined;
  /** More paths: `/metrics`, `/healthz`. Anybody may ask for them. */
  readonly pages?: Readonly<Record<string, (response: ServerResponse) => Promise<void>>> | undefined;
}

/** A running status page. */
export interface StatusServer {
  readonly url: string;
  close(): Promise<void>;
}

/** How long whoever gave a wrong token waits for the answer. */
const wrongTokenMs = 1_000;
/** How long whoever is still sending has time to read that it is too much. */
const lingerMs = 500;
/** How long a request may take to come in. */
const requestMs = 30_000;

const safe = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  // Not no-referrer: forms would then come from the origin "null".
  "referrer-policy": "same-origin",
  "x-frame-options": "DENY",
};

/** Serves the status page of a chain, and of its outbox. */
export async function statusServer(options: StatusOptions): Promise<StatusServer> {
  const { host = "127.0.0.1", chain, monitor, outbox } = options;
  const who = sessions(options.token);
  const ours = hosts(host, options.allowedHosts);
  const guesses = tries();
  const mayLook = (request: IncomingMessage): boolean => ours.onlyHere || who.of(request) !== undefined;

  const open = readers(async () => {
    const shot = await snapshot(chain, monitor, outbox);
    const watched = { ...shot.watched, providers: [...shot.watched.providers] };
    return {
      key: JSON.stringify({ ...shot, at: 0, watched }),
      textFor: ({ req }) => (mayLook(req) ? fragment(shot, { csrf: who.of(req)?.csrf }).text : undefined),
    };
  });

  const show = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const session = who.of(request);
    const nonce = randomBytes(16).toString("base64");
    const headers = {
      ...safe,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    };
    if (!mayLook(request)) {
      response.writeHead(401, { ...headers, "www-authenticate": 'Session realm="Relais"' });
      response.end(loginPage(nonce).text);
      return;
    }
    const login = !who.open ? "none" : session === undefined ? "out" : "in";
    const body = fragment(await snapshot(chain, monitor, outbox), { csrf: session?.csrf });
    response.writeHead(200, headers).end(page(body, { nonce, login }).text);
  };
  const listen = (request: IncomingMessage, response: ServerResponse): void => {
    if (!mayLook(request)) say(response, 401, "Log in first.");
    else if (!open.add(response)) say(response, 503, "There are too many visitors.");
    else response.writeHead(200, { ...safe, "content-type": "text/event-stream" }).write(": \n\n");
  };
  const login = async (token: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { remoteAddress = "" } = request.socket;
    if (!guesses.take(remoteAddress)) {
      response.setHeader("retry-after", triesWindowMs / 1_000);
      return say(response, 429, "Too many wrong tokens: wait a minute.");
    }
    const cookie = who.login(token);
    if (cookie === undefined) {
      await sleep(wrongTokenMs, undefined, { ref: false });
      return say(response, 403, "That is not the token.");
    }
    guesses.giveBack(remoteAddress);
    response.setHeader("set-cookie", cookie);
    return back(response);
  };
  const post = async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = await formOf(request, () => {
      if (request.headers.expect !== undefined) response.writeContinue();
    });
    if (path === "/login") return login(form.get("token") ?? "", request, response);
    const session = who.of(request);
    if (session === undefined || !isSame(form.get("csrf"), session.csrf))
      return say(response, 403, "Log in first.");
    if (outbox === undefined) return say(response, 404, "There is no outbox.");
    const id = form.get("id") ?? "";
    const done =
      path === "/resend"
        ? await outbox.resend(id, { by: "status-page" })
        : path === "/cancel" && (await outbox.cancel(id));
    return done
      ? back(response)
      : say(response, 409, "It is not in a state in which this can be done any more.");
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (!ours.allows(request)) {
      const why = ours.onlyHere
        ? "This page is for this machine."
        : "The page is not known by this name: --allowed-host allows it.";
      return say(response, 421, why);
    }
    if (request.method === "POST") {
      return isOwnOrigin(request) ? post(path, request, response) : say(response, 403, "Not from here.");
    }
    if (request.method !== "GET" && request.method !== "HEAD") return say(response, 405, "GET or POST");
    const more = options.pages?.[path];
    if (more !== undefined) return more(response);
    if (path === "/") return show(request, response);
    if (path === "/events") return listen(request, response);
    return say(response, 404, "There is nothing here.");
  };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    response.on("error", () => undefined);
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else if (error instanceof FormTooLong) refuse(request, response);
      else say(response, 500, "This page failed; try it again.");
    });
  };
  const server = createServer({ requestTimeout: requestMs, headersTimeout: requestMs }, handle);
  // Whoever asks before it sends a long body is told before it does.
  server.on("checkContinue", handle);
  await started(server, host, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}/`,
    async close() {
      open.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function started(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    // Stays: a connection that cannot be taken later is no reason to end.
    server.on("error", reject);
    server.listen(port, host, resolve);
  });
}

const sentencePage = (sentence: string): string =>
  html`<!doctype html><html lang="en"><meta charset="utf-8"><title>Relais</title><p>${sentence}</p><p><a href="/">Back</a></p></html>`
    .text;

function say(response: ServerResponse, status: number, sentence: string): void {
  response
    .writeHead(status, { ...safe, "content-type": "text/html; charset=utf-8" })
    .end(sentencePage(sentence));
}

/** What is still to come is not read: the answer goes out, and soon after it the connection is closed. */
function refuse(request: IncomingMessage, response: ServerResponse): void {
  const body = Buffer.from(sentencePage("That is longer than any form here."));
  response
    .writeHead(413, {
      ...safe,
      "content-type": "text/html; charset=utf-8",
      "content-length": body.length,
      connection: "close",
    })
    .write(body);
  setTimeout(() => request.socket.destroy(), lingerMs).unref();
}

function back(response: ServerResponse): void {
  response.writeHead(303, { ...safe, location: "/" }).end();
}

function isOwnOrigin({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
}
