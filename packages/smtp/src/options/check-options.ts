import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { type ConnectionOptions, createSecureContext, type SecureContextOptions } from "node:tls";
import { isLoopback, providerId } from "@relais/core/spi";
import { checkAuth } from "./check-auth.ts";
import { checkDkim, type DkimSettings } from "./check-dkim.ts";
import { flag, record, shaped, text, whole } from "./check-field.ts";
import type { SmtpAuth, SmtpOptions } from "./options.ts";

/** Options after checking, every default filled in. */
export interface Settings {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly requireTLS: boolean;
  readonly ignoreTLS: boolean;
  readonly tls: ConnectionOptions;
  readonly auth?: SmtpAuth;
  readonly name?: string;
  readonly localAddress?: string;
  readonly proxy?: string;
  readonly pool: PoolSettings;
  /** Keys of one domain or several; those of the first domain sign for senders that are at none of them. */
  readonly dkim: readonly DkimSettings[];
  readonly connectionTimeoutMs: number;
  readonly greetingTimeoutMs: number;
  readonly socketTimeoutMs: number;
  readonly dnsTimeoutMs: number;
  readonly maxResponseBytes: number;
}

export interface PoolSettings {
  readonly maxConnections: number;
  readonly maxMessages: number;
  readonly idleTimeoutMs: number;
}

const optionNames: readonly (keyof SmtpOptions)[] = [
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

/**
 * The settings behind some options.
 * @throws {TypeError | RangeError} one sentence that names the field and the fault, and never a secret
 */
export function checkOptions(value: SmtpOptions): Settings {
  const options = record("options", value, optionNames);
  const ms = (field: string, standard: number): number =>
    whole(field, options[field] ?? standard, 1, longestMs);
  const yes = (field: string, standard: boolean): boolean => flag(field, options[field] ?? standard);
  if (options.host === undefined) throw new TypeError("smtp: host is missing");

  const host = checkHost(options.host);
  const secureSet = options.secure === undefined ? undefined : flag("secure", options.secure);
  const port = whole("port", options.port ?? (secureSet === true ? 465 : 587), 1, 65_535);
  const secure = secureSet ?? port === 465;
  const auth = options.auth === undefined ? undefined : checkAuth(options.auth);
  const exposed = auth !== undefined || !isLoopback(host);
  const requireTLS = yes("requireTLS", !secure && exposed);
  const ignoreTLS = yes("ignoreTLS", false);
  if (ignoreTLS && requireTLS && !secure) {
    throw new TypeError(
      "smtp: ignoreTLS needs requireTLS: false beside it, since mail or a login would go out in clear",
    );
  }
  const tls = checkTls(options.tls, yes("allowInsecureTls", false));
  const dkim = options.dkim === undefined ? [] : checkDkim(options.dkim, host);
  const socketTimeoutMs = ms("socketTimeoutMs", 60_000);
  const id = providerId("smtp: id", options.id ?? "SMTP");
  if (options.localAddress !== undefined && isIP(String(options.localAddress)) === 0) {
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
    ...(options.name === undefined
      ? {}
      : { name: shaped("name", options.name, greetingName, "a host name or an address in brackets") }),
    ...(options.localAddress === undefined ? {} : { localAddress: String(options.localAddress) }),
    ...(options.proxy === undefined ? {} : { proxy: checkProxy(options.proxy) }),
    pool: checkPool(options.pool, socketTimeoutMs),
    dkim,
    connectionTimeoutMs: ms("connectionTimeoutMs", 10_000),
    greetingTimeoutMs: ms("greetingTimeoutMs", 30_000),
    socketTimeoutMs,
    dnsTimeoutMs: ms("dnsTimeoutMs", 10_000),
    maxResponseBytes: whole("maxResponseBytes", options.maxResponseBytes ?? 65_536, 1_024, 16_777_216),
  });
}

function checkHost(value: unknown): string {
  if (typeof value === "string" && isIP(value) !== 0) return value;
  // A whole URL is often put here, with a user and a password: not echoed.
  if (typeof value === "string" && /[/@]/.test(value)) {
    throw new TypeError("smtp: host must be a host name or an IP address, not a URL");
  }
  return shaped("host", value, hostShape, "a host name or an IP address");
}

function checkPool(value: unknown, socketTimeoutMs: number): PoolSettings {
  const isKept = value !== false;
  const pool =
    value === undefined || typeof value === "boolean"
      ? {}
      : record("pool", value, ["maxConnections", "maxMessages", "idleTimeoutMs"]);
  const maxMessages = whole(
    "pool.maxMessages",
    pool.maxMessages ?? Number.POSITIVE_INFINITY,
    1,
    Number.POSITIVE_INFINITY,
  );
  return {
    maxConnections: whole("pool.maxConnections", pool.maxConnections ?? 5, 1, 1_000),
    maxMessages: isKept ? maxMessages : 1,
    idleTimeoutMs: Math.min(
      whole("pool.idleTimeoutMs", pool.idleTimeoutMs ?? 30_000, 1, longestMs),
      socketTimeoutMs,
    ),
  };
}

/** Checks a proxy's URL, which may hold a password and is never echoed. */
function checkProxy(value: unknown): string {
  const written = text("proxy", value);
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new TypeError("smtp: proxy must be an http: or https: URL");
  }
  return written;
}

const tlsNames =
  "ca cert key passphrase pfx ciphers minVersion maxVersion servername rejectUnauthorized".split(" ");

/** OpenSSL passes over an authority it cannot read, and every certificate would then come from an unknown one. */
function checkAuthorities(value: unknown): void {
  for (const authority of Array.isArray(value) ? value : [value]) {
    try {
      new X509Certificate(authority);
    } catch {
      throw new TypeError("smtp: tls.ca is not a certificate in PEM");
    }
  }
}

/** Checks TLS settings, by making a context from them: a PEM that cannot be read is found now, not at the first mail. */
function checkTls(value: unknown, allowInsecure: boolean): ConnectionOptions {
  const options = value === undefined ? {} : record("tls", value, tlsNames);
  const verified = flag("tls.rejectUnauthorized", options.rejectUnauthorized ?? true);
  if (!verified && !allowInsecure) {
    throw new TypeError("smtp: tls.rejectUnauthorized: false also needs allowInsecureTls: true");
  }
  if (options.servername !== undefined && typeof options.servername !== "string") {
    throw new TypeError("smtp: tls.servername must be a string");
  }
  if (options.ca !== undefined) checkAuthorities(options.ca);
  const tls = { minVersion: "TLSv1.2", ...options };
  try {
    createSecureContext(tls as SecureContextOptions);
  } catch (error) {
    // Only the code: the message may quote what was given.
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw new TypeError(`smtp: tls cannot be used as it is given${code}`);
  }
  return Object.freeze(tls as ConnectionOptions);
}
