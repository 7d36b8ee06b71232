import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { type ConnectionOptions, createSecureContext, type SecureContextOptions } from "node:tls";
import { checkProxy, isLoopback, providerId } from "@relais/core/spi";
import type { ZodType } from "zod";
import { auth } from "./check-auth.ts";
import { checkDkim, type DkimSettings, dkim } from "./check-dkim.ts";
import {
  checkShape,
  type Field,
  fault,
  flag,
  record,
  required,
  shaped,
  text,
  textWith,
  unchecked,
  whole,
  type Zod,
} from "./field.ts";
import type { SmtpAuth, SmtpOptions, SmtpPool } from "./options.ts";

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

export type PoolSettings = { readonly [Name in keyof SmtpPool]-?: number };

const ms = whole(1, 2 ** 31 - 1);
const hostShape = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_.])?$/;
const greetingName = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[A-Za-z0-9.:]{2,64}\])$/;

const pool = record({
  maxConnections: whole(1, 1_000),
  maxMessages: whole(1, Number.POSITIVE_INFINITY),
  idleTimeoutMs: ms,
});
const pem = unchecked((zod) => zod.union([text.schema(zod), zod.array(text.schema(zod))]));
const tlsVersion = unchecked((zod) => zod.enum(["TLSv1.2", "TLSv1.3"]));
const tls = record({
  ca: { ...pem, check: checkAuthorities },
  cert: pem,
  key: pem,
  pfx: unchecked(),
  passphrase: unchecked(text.schema),
  ciphers: unchecked(text.schema),
  minVersion: tlsVersion,
  maxVersion: tlsVersion,
  servername: { check: checkServername, schema: text.schema },
  rejectUnauthorized: flag,
});

/** Every option: what it must be, in code and in a file. What options need of each other follows in `checkOptions`. */
const smtpOptions = record({
  id: { check: (field, value) => providerId(`smtp: ${field}`, value) },
  host: required({ check: checkHost, schema: text.schema }),
  port: whole(1, 65_535),
  secure: flag,
  requireTLS: flag,
  ignoreTLS: flag,
  tls,
  allowInsecureTls: flag,
  auth,
  name: shaped(greetingName, "a host name or an address in brackets"),
  localAddress: { check: checkLocalAddress, schema: text.schema },
  proxy: textWith((field, url) => {
    checkProxy(`smtp: ${field}`, url);
    return url;
  }),
  pool: {
    check: (field, value) => (typeof value === "boolean" ? value : pool.check(field, value)),
    schema: (zod) => zod.union([zod.boolean(), pool.schema(zod)]),
  } as Field<boolean | ReturnType<typeof pool.check>>,
  dkim,
  connectionTimeoutMs: ms,
  greetingTimeoutMs: ms,
  socketTimeoutMs: ms,
  dnsTimeoutMs: ms,
  maxResponseBytes: whole(1_024, 16_777_216),
} satisfies Record<keyof SmtpOptions, Field>);

/** The same as a schema, for configuration files. */
export const fileSchema = (zod: Zod): ZodType => smtpOptions.schema(zod);

/**
 * The settings behind some options.
 * @throws {TypeError | RangeError} one sentence that names the field and the fault, and never a secret
 */
export function checkOptions(value: SmtpOptions): Settings {
  const options = smtpOptions.check("options", value);
  const { id = "SMTP", host, name, localAddress, proxy, allowInsecureTls = false } = options;
  const { port = options.secure === true ? 465 : 587, ignoreTLS = false, socketTimeoutMs = 60_000 } = options;
  const { secure = port === 465 } = options;
  const isExposed = options.auth !== undefined || !isLoopback(host);
  const { requireTLS = !secure && isExposed } = options;
  if (ignoreTLS && requireTLS && !secure) {
    throw fault(
      "ignoreTLS",
      "needs requireTLS: false beside it, since mail or a login would go out in clear",
    );
  }
  const isKept = options.pool !== false;
  const {
    maxConnections = 5,
    maxMessages = Number.POSITIVE_INFINITY,
    idleTimeoutMs = 30_000,
  } = typeof options.pool === "object" ? options.pool : {};

  return Object.freeze({
    id,
    host,
    port,
    secure,
    requireTLS,
    ignoreTLS,
    tls: tlsSettings(options.tls ?? {}, allowInsecureTls),
    ...(options.auth === undefined ? {} : { auth: options.auth }),
    ...(name === undefined ? {} : { name }),
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(proxy === undefined ? {} : { proxy }),
    pool: {
      maxConnections,
      maxMessages: isKept ? maxMessages : 1,
      idleTimeoutMs: Math.min(idleTimeoutMs, socketTimeoutMs),
    },
    dkim: options.dkim === undefined ? [] : checkDkim(options.dkim, host),
    connectionTimeoutMs: options.connectionTimeoutMs ?? 10_000,
    greetingTimeoutMs: options.greetingTimeoutMs ?? 30_000,
    socketTimeoutMs,
    dnsTimeoutMs: options.dnsTimeoutMs ?? 10_000,
    maxResponseBytes: options.maxResponseBytes ?? 65_536,
  });
}

/** Makes a context from TLS options: a PEM that cannot be read is found now, not at the first mail. */
function tlsSettings(options: ReturnType<typeof tls.check>, allowInsecure: boolean): ConnectionOptions {
  if (options.rejectUnauthorized === false && !allowInsecure) {
    throw fault("tls.rejectUnauthorized: false", "also needs allowInsecureTls: true");
  }
  const settings = { minVersion: "TLSv1.2", ...options };
  try {
    createSecureContext(settings as SecureContextOptions);
  } catch (error) {
    // Only the code: the message may quote an option.
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw fault("tls", `cannot be used as it is given${code}`);
  }
  return Object.freeze(settings as ConnectionOptions);
}

/** OpenSSL passes over an authority it cannot read, and every certificate would then come from an unknown one. */
function checkAuthorities(field: string, value: unknown): unknown {
  for (const authority of Array.isArray(value) ? value : [value]) {
    try {
      new X509Certificate(authority);
    } catch {
      throw fault(field, "is not a certificate in PEM");
    }
  }
  return value;
}

function checkServername(field: string, value: unknown): string {
  if (typeof value !== "string") throw fault(field, "must be a string");
  return value;
}

function checkHost(field: string, value: unknown): string {
  const host = typeof value === "string" ? value : "";
  if (isIP(host) !== 0) return host;
  // A whole URL is often put here, with a user and a password: not echoed.
  if (/[/@]/.test(host)) throw fault(field, "must be a host name or an IP address, not a URL");
  return checkShape(field, text.check(field, value), hostShape, "a host name or an IP address");
}

function checkLocalAddress(field: string, value: unknown): string {
  if (isIP(String(value)) === 0) throw fault(field, "must be an IP address");
  return String(value);
}
