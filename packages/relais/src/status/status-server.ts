import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Chain } from "@relais/core";
import type { Outbox } from "@relais/outbox";
import { fragment } from "./fragment.ts";
import { html } from "./html.ts";
import type { Monitor } from "./monitor.ts";
import { page } from "./page.ts";
import { isSame, type Session, sessions } from "./sessions.ts";
import { type Snapshot, snapshot } from "./snapshot.ts";

export interface StatusOptions {
  readonly chain: Pick<Chain, "links">;
  readonly monitor: Monitor;
  readonly outbox?: Outbox | undefined;
  /** @defaultValue `127.0.0.1` */
  readonly host?: string | undefined;
  /** @defaultValue a free one */
  readonly port?: number | undefined;
  /** With it whoever knows it may send again and cancel; without it nobody may. */
  readonly token?: string | undefined;
  /** More paths: `/metrics`, `/healthz`. */
  readonly pages?: Readonly<Record<string, (response: ServerResponse) => Promise<void>>> | undefined;
}

/** A running status page. */
export interface StatusServer {
  readonly url: string;
  close(): Promise<void>;
}

const everyMs = 1_000;
const mostVisitors = 50;
const mostFormCharacters = 2_000;

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
  const listeners = new Map<ServerResponse, Session | undefined>();
  const shoot = (): Promise<Snapshot> => snapshot(chain, monitor, outbox);
  let last = "";

  const tell = async (): Promise<void> => {
    if (listeners.size === 0) return;
    const shot = await shoot();
    const seen = JSON.stringify({
      ...shot,
      at: 0,
      watched: { ...shot.watched, providers: [...shot.watched.providers] },
    });
    const changed = seen !== last;
    last = seen;
    for (const [response, session] of listeners) {
      if (changed)
        response.write(`data: ${JSON.stringify(fragment(shot, { csrf: session?.csrf }).text)}\n\n`);
      else response.write(": \n\n");
    }
  };
  const timer = setInterval(() => void tell().catch(() => undefined), everyMs);
  timer.unref();

  const show = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const session = who.of(request);
    const nonce = randomBytes(16).toString("base64");
    const login = !who.open ? "none" : session === undefined ? "out" : "in";
    const body = fragment(await shoot(), { csrf: session?.csrf });
    response.writeHead(200, {
      ...safe,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    });
    response.end(page(body, { nonce, login }).text);
  };
  const listen = (request: IncomingMessage, response: ServerResponse): void => {
    if (listeners.size >= mostVisitors) {
      say(response, 503, "too many visitors");
      return;
    }
    response.writeHead(200, { ...safe, "content-type": "text/event-stream" });
    response.write(": \n\n");
    listeners.set(response, who.of(request));
    response.on("close", () => listeners.delete(response));
    last = "";
  };
  const post = async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams((await text(request)).slice(0, mostFormCharacters));
    if (path === "/login") {
      const cookie = who.login(form.get("token") ?? "");
      if (cookie === undefined) return say(response, 403, "That is not the token.");
      response.setHeader("set-cookie", cookie);
      return back(response);
    }
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
    if (!isOurs(request, host)) return say(response, 421, "This page is for this machine.");
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
  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) say(response, 500, "It failed.");
      else response.destroy();
    });
  });
  await started(server, host, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}/`,
    async close() {
      clearInterval(timer);
      for (const response of listeners.keys()) response.end();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function started(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
}

function say(response: ServerResponse, status: number, sentence: string): void {
  const body = html`<!doctype html><html lang="en"><meta charset="utf-8"><title>Relais</title><p>${sentence}</p><p><a href="/">Back</a></p></html>`;
  response.writeHead(status, { ...safe, "content-type": "text/html; charset=utf-8" }).end(body.text);
}

function back(response: ServerResponse): void {
  response.writeHead(303, { ...safe, location: "/" }).end();
}

const loopback = /^(127(\.\d+){3}|localhost|\[::1\])(:\d+)?$/;

/** A page of somebody else's whose name leads here asks in that name: on loopback only our own names are answered. */
function isOurs({ headers }: IncomingMessage, host: string): boolean {
  if (host !== "127.0.0.1" && host !== "localhost" && host !== "::1") return true;
  return loopback.test(headers.host ?? "");
}

function isOwnOrigin({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
}
