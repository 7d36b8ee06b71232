import { type Agent, globalAgent } from "node:https";
import { isIPv4 } from "node:net";

const names = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"] as const;

export type ProxyEnvironment = Readonly<Partial<Record<(typeof names)[number], string | undefined>>>;

/** Where a request goes. */
export interface Target {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
}

/**
 * A copy of the environment that Node itself takes proxies from, `undefined` where it takes none: it was started without
 * `NODE_USE_ENV_PROXY=1` or `--use-env-proxy`. A Node older than 22.21 does not know either; the variable counts there too.
 * @see https://nodejs.org/api/http.html#built-in-proxy-support
 */
export function proxyEnvironment(): ProxyEnvironment | undefined {
  const { proxyEnv } = ((globalAgent as Agent | undefined)?.options ?? {}) as { proxyEnv?: ProxyEnvironment };
  const told = process.env.NODE_USE_ENV_PROXY === "1" && !process.execArgv.includes("--no-use-env-proxy");
  const env = typeof proxyEnv === "object" && proxyEnv !== null ? proxyEnv : told ? process.env : undefined;
  return env === undefined ? undefined : Object.fromEntries(names.map((name) => [name, env[name]]));
}

const addressNumber = (ip: string): number =>
  ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

/** `192.168.1.0-192.168.1.255` */
function isWithin(host: string, entry: string): boolean {
  const [from = "", to = ""] = entry.split("-").map((part) => part.trim());
  if (![host, from, to].every((one) => isIPv4(one))) return false;
  return addressNumber(from) <= addressNumber(host) && addressNumber(host) <= addressNumber(to);
}

function isExempt({ host, port }: Target, entry: string): boolean {
  if (entry === "*" || entry === host || entry === `${host}:${port}`) return true;
  if (entry.startsWith(".")) return host === entry.slice(1) || host.endsWith(entry);
  if (entry.startsWith("*.")) return host.endsWith(entry.slice(1));
  return isWithin(host, entry);
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
