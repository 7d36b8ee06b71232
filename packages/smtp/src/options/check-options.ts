import { isIP } from "node:net";
import { isLoopback, providerId } from "@relais/core/spi";
import { checkAuth } from "./check-auth.ts";
import { checkDkim } from "./check-dkim.ts";
import { flag, record, shaped, whole } from "./check-field.ts";
import { checkProxy } from "./check-proxy.ts";
import { checkTls } from "./check-tls.ts";
import type { SmtpOptions } from "./options.ts";
import type { PoolSettings, Settings } from "./settings.ts";

const names: readonly (keyof SmtpOptions)[] = [
  "id",
  "host",
  "port",
  "secure",
  "requireTLS",
  "ignoreTLS",
  "tls",
  "allowInsecureTls",
  "auth",
  "name",
  "localAddress",
  "proxy",
  "pool",
  "dkim",
  "connectionTimeoutMs",
  "greetingTimeoutMs",
  "socketTimeoutMs",
  "dnsTimeoutMs",
  "maxResponseBytes",
];
const hostShape = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_.])?$/;
const greetingName = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[A-Za-z0-9.:]{2,64}\])$/;
const longestMs = 2 ** 31 - 1;

function checkHost(value: unknown): string {
  if (typeof value === "string" && isIP(value) !== 0) return value;
  // A whole URL is often put here, with a user and a password: not echoed.
  if (typeof value === "string" && /[/@]/.test(value)) {
    throw new TypeError("smtp: host must be a host name or an IP address, not a URL");
  }
  return shaped("host", value, hostShape, "a host name or an IP address");
}

function checkPool(value: unknown, socketTimeoutMs: number): PoolSettings {
  const kept = value !== false;
  const given =
    value === undefined || typeof value === "boolean"
      ? {}
      : record("pool", value, ["maxConnections", "maxMessages", "idleTimeoutMs"]);
  const most = whole(
    "pool.maxMessages",
    given.maxMessages ?? Number.POSITIVE_INFINITY,
    1,
    Number.POSITIVE_INFINITY,
  );
  return {
    maxConnections: whole("pool.maxConnections", given.maxConnections ?? 5, 1, 1_000),
    maxMessages: kept ? most : 1,
    idleTimeoutMs: Math.min(
      whole("pool.idleTimeoutMs", given.idleTimeoutMs ?? 30_000, 1, longestMs),
      socketTimeoutMs,
    ),
  };
}

/**
 * The settings behind some options.
 * @throws {TypeError | RangeError} one sentence that names the field and the fault, and never a secret
 */
export function checkOptions(options: SmtpOptions): Settings {
  const given = record("options", options, names);
  const ms = (field: string, standard: number): number =>
    whole(field, given[field] ?? standard, 1, longestMs);
  const yes = (field: string, standard: boolean): boolean => flag(field, given[field] ?? standard);
  if (given.host === undefined) throw new TypeError("smtp: host is missing");

  const host = checkHost(given.host);
  const secureSet = given.secure === undefined ? undefined : flag("secure", given.secure);
  const port = whole("port", given.port ?? (secureSet === true ? 465 : 587), 1, 65_535);
  const secure = secureSet ?? port === 465;
  const auth = given.auth === undefined ? undefined : checkAuth(given.auth);
  const exposed = auth !== undefined || !isLoopback(host);
  const requireTLS = yes("requireTLS", !secure && exposed);
  const ignoreTLS = yes("ignoreTLS", false);
  if (ignoreTLS && requireTLS && !secure) {
    throw new TypeError(
      "smtp: ignoreTLS needs requireTLS: false beside it, since mail or a login would go out in clear",
    );
  }
  const tls = checkTls(given.tls, yes("allowInsecureTls", false));
  const dkim = given.dkim === undefined ? [] : checkDkim(given.dkim, host);
  const socketTimeoutMs = ms("socketTimeoutMs", 60_000);
  const id = providerId("smtp: id", given.id ?? "SMTP");
  if (given.localAddress !== undefined && isIP(String(given.localAddress)) === 0) {
    throw new TypeError("smtp: localAddress must be an IP address");
  }

  return Object.freeze({
    id,
    host,
    port,
    secure,
    requireTLS,
    ignoreTLS,
    tls,
    ...(auth === undefined ? {} : { auth }),
    ...(given.name === undefined
      ? {}
      : { name: shaped("name", given.name, greetingName, "a host name or an address in brackets") }),
    ...(given.localAddress === undefined ? {} : { localAddress: String(given.localAddress) }),
    ...(given.proxy === undefined ? {} : { proxy: checkProxy(given.proxy) }),
    pool: checkPool(given.pool, socketTimeoutMs),
    dkim,
    connectionTimeoutMs: ms("connectionTimeoutMs", 10_000),
    greetingTimeoutMs: ms("greetingTimeoutMs", 30_000),
    socketTimeoutMs,
    dnsTimeoutMs: ms("dnsTimeoutMs", 10_000),
    maxResponseBytes: whole("maxResponseBytes", given.maxResponseBytes ?? 65_536, 1_024, 16_777_216),
  });
}
