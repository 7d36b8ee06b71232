import { request as httpRequest } from "node:http";
import { type Agent, globalAgent, request as httpsRequest } from "node:https";
import { isIPv4, isIPv6, type Socket } from "node:net";
import { decoded, urlSecrets } from "@relais/core/spi";

/** A proxy that knows CONNECT, from its URL. */
export interface HttpProxy {
  /** Host and port, for reasons: never the login. */
  readonly name: string;
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** The value of Proxy-Authorization. */
  readonly authorization?: string;
  /** What must not come out: the password, and the login as it goes over the wire. */
  readonly secrets: readonly string[];
}

/** @param url one that the option `proxy` may be */
export function httpProxy(url: string): HttpProxy {
  const { protocol, host, hostname, port, username, password } = new URL(url);
  const secure = protocol === "https:";
  const defaultPort = secure ? 443 : 80;
  const login = `${decoded(username)}:${decoded(password)}`;
  const basic = Buffer.from(login).toString("base64");
  return {
    name: port === "" ? `${host}:${defaultPort}` : host,
    secure,
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? defaultPort : Number(port),
    ...(login === ":" ? {} : { authorization: `Basic ${basic}` }),
    secrets: password === "" ? [] : [...urlSecrets(url), basic],
  };
}

// A proxy repeats those of 4xx: it wants a login, or does not allow this host.
function codeOf(status: number): string {
  if (status === 407) return "EPROXYAUTH";
  return status >= 400 && status <= 499 && status !== 408 && status !== 429 ? "EPROXYDENIED" : "EPROXY";
}

/**
 * A socket that a proxy has connected to the host (HTTP CONNECT, RFC 9110, 9.3.6). Rejects with the socket's error; with
 * `EPROXYAUTH` where the proxy wants a login, `EPROXYDENIED` where it does not allow the host, `EPROXY` for any other
 * status but 2xx; or with the signal's reason. Nothing is left open then. The proxy's own words are not shown.
 */
export function connectTunnel(
  proxy: HttpProxy,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const { authorization } = proxy;
  const request = (proxy.secure ? httpsRequest : httpRequest)({
    host: proxy.host,
    port: proxy.port,
    method: "CONNECT",
    path: authority,
    agent: false,
    headers: {
      host: authority,
      connection: "keep-alive",
      ...(authorization === undefined ? {} : { "proxy-authorization": authorization }),
    },
  });
  const onAbort = (): void => {
    request.destroy();
    reject(signal.reason);
  };
  request.on("error", (error: NodeJS.ErrnoException) => {
    // The parser's code for what is no HTTP.
    if (error.code?.startsWith("HPE_")) error.code = "EPROXY";
    reject(error);
  });
  request.once("connect", ({ statusCode = 0 }, socket: Socket, head) => {
    signal.removeEventListener("abort", onAbort);
    // Never removed: an error without a listener would end the process.
    socket.on("error", () => {});
    if (statusCode >= 200 && statusCode <= 299) {
      if (head.length > 0) socket.unshift(head);
      return resolve(socket);
    }
    socket.destroy();
    reject(Object.assign(new Error(`the proxy answered ${statusCode}`), { code: codeOf(statusCode) }));
  });
  if (signal.aborted) onAbort();
  else {
    signal.addEventListener("abort", onAbort, { once: true });
    request.end();
  }
  return promise.finally(() => signal.removeEventListener("abort", onAbort));
}

const variables = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"] as const;

export type ProxyEnvironment = Readonly<Partial<Record<(typeof variables)[number], string | undefined>>>;

/** Where a request goes. */
export interface Target {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
}

/**
 * A copy of the environment that Node itself reads proxies from, `undefined` where it reads none: it was started without
 * `NODE_USE_ENV_PROXY=1` or `--use-env-proxy`. A Node older than 22.21 knows neither; the variable counts there too.
 * @see https://nodejs.org/api/http.html#built-in-proxy-support
 */
export function proxyEnvironment(): ProxyEnvironment | undefined {
  const { proxyEnv } = ((globalAgent as Agent | undefined)?.options ?? {}) as { proxyEnv?: ProxyEnvironment };
  const isOn = process.env.NODE_USE_ENV_PROXY === "1" && !process.execArgv.includes("--no-use-env-proxy");
  const env = typeof proxyEnv === "object" && proxyEnv !== null ? proxyEnv : isOn ? process.env : undefined;
  return env === undefined ? undefined : Object.fromEntries(variables.map((name) => [name, env[name]]));
}

const addressNumber = (ip: string): number =>
  ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

/** `192.168.1.0-192.168.1.255` */
function isInRange(host: string, range: string): boolean {
  const [from = "", to = ""] = range.split("-").map((part) => part.trim());
  if (![host, from, to].every((one) => isIPv4(one))) return false;
  return addressNumber(from) <= addressNumber(host) && addressNumber(host) <= addressNumber(to);
}

function isExempt({ host, port }: Target, entry: string): boolean {
  if (entry === "") return false;
  if (entry === "*" || entry === host || entry === `${host}:${port}`) return true;
  if (entry.startsWith(".")) return host === entry.slice(1) || host.endsWith(entry);
  if (entry.startsWith("*.")) return host.endsWith(entry.slice(1));
  return isInRange(host, entry);
}

/**
 * The URL of the proxy for a target, by Node's own rules: lower case first; what is no http: or https: URL is left out,
 * as are hosts of NO_PROXY (`*`, a host, host:port, `.example.com`, `*.example.com`, a range of IPv4 addresses).
 */
export function proxyFromEnvironment(env: ProxyEnvironment, target: Target): string | undefined {
  const url = target.secure ? env.https_proxy || env.HTTPS_PROXY : env.http_proxy || env.HTTP_PROXY;
  if (!url || !/^https?:\/\//.test(url) || !URL.canParse(url)) return undefined;
  const lower = { ...target, host: target.host.toLowerCase() };
  const exempt = (env.no_proxy || env.NO_PROXY || "").toLowerCase().split(",");
  return exempt.some((entry) => isExempt(lower, entry.trim())) ? undefined : url;
}
