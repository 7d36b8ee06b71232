import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { type ConnectionOptions, createSecureContext, type SecureContextOptions } from "node:tls";
import { isLoopback, maxBounceLocalPart, option } from "@relais/core/spi";
import { auth, checkLogin } from "./auth-options.ts";
import { type DkimSettings, dkim, dkimSettings } from "./dkim-options.ts";

const ms = option.whole(1, 2 ** 31 - 1);
const hostShape = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_.])?$/;
const greetingName = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[A-Za-z0-9.:]{2,64}\])$/;

const hostName = option.shaped(hostShape, "a host name or an IP address");
const host: option.Field<string> = {
  ...hostName,
  read: (value) => {
    if (typeof value !== "string") return hostName.read(value);
    if (isIP(value) !== 0) return value;
    // A whole URL is often put here, with a user and a password: not echoed.
    if (/[/@]/.test(value)) throw new TypeError("must be a host name or an IP address, not a URL");
    return hostName.read(value);
  },
};

const text = option.string.json as option.JsonSchema;
const pem: option.JsonSchema = { anyOf: [text, { type: "array", items: text }] };
const tlsVersion = { type: "string", enum: ["TLSv1.2", "TLSv1.3"] };
const tlsFields = {
  ca: option.map(option.anything<ConnectionOptions["ca"]>(pem), checkAuthorities),
  cert: option.anything<ConnectionOptions["cert"]>(pem),
  key: option.anything<ConnectionOptions["key"]>(pem),
  pfx: option.anything<ConnectionOptions["pfx"]>(),
  passphrase: option.anything<ConnectionOptions["passphrase"]>(text),
  ciphers: option.anything<ConnectionOptions["ciphers"]>(text),
  minVersion: option.anything<ConnectionOptions["minVersion"]>(tlsVersion),
  maxVersion: option.anything<ConnectionOptions["maxVersion"]>(tlsVersion),
  servername: option.string,
  rejectUnauthorized: option.flag,
};

/** What may be set about TLS; each as in Node's `tls.connect`. */
export interface SmtpTls extends Readonly<Pick<ConnectionOptions, keyof typeof tlsFields>> {}

const poolFields = {
  /** At most so many at once, and so many messages under way. @defaultValue 5 */
  maxConnections: option.whole(1, 1_000),
  /** A connection is closed after so many messages. @defaultValue Infinity */
  maxMessages: option.whole(1, Number.POSITIVE_INFINITY),
  /** An idle connection is closed after so long, in ms; at most `socketTimeoutMs`. @defaultValue 30000 */
  idleTimeoutMs: ms,
};

/** Connections that are kept and used again. */
export interface SmtpPool
  extends option.RequiredOptions<typeof poolFields>,
    option.OptionalOptions<typeof poolFields> {}

const mailbox = /^[^\s@<>"()[\],;:\\\x7f-\uffff]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,10}[A-Za-z0-9-]{2,63}$/;
const verpFields = {
  /** Where bounces go, without the token: `bounces@example.org`. Its server must deliver `bounces+…` to it. */
  address: option.required(
    option.map(option.shaped(mailbox, "an e-mail address"), (address) => {
      if (address.lastIndexOf("@") <= maxBounceLocalPart) return address;
      throw new RangeError(`must have ${maxBounceLocalPart} characters or less before the @`);
    }),
  ),
  /** What signs the token, 16 characters or more; of a list the first one. `receiveMail` is given the same. */
  secret: option.required(option.signingSecrets),
};

/** Return paths that say which message a bounce is about. */
export interface SmtpVerp
  extends option.RequiredOptions<typeof verpFields>,
    option.OptionalOptions<typeof verpFields> {}

const verp = option.record(verpFields);

const tlsRecord: option.Field<SmtpTls> = option.record(tlsFields);
const tls: option.Field<SmtpTls> = {
  ...tlsRecord,
  read: (value) => {
    if (typeof value === "boolean")
      throw new TypeError(`must be an object, got ${value}; TLS from the first byte is secure: true`);
    return tlsRecord.read(value);
  },
};
const pool: option.Field<SmtpPool> = option.record(poolFields);

// A new option: its field here, its default in `checkOptions` (or its name in `Further`, if it has none), its use in
// connection/ or attempt/, and a row in the README. `npm run api` writes schema and reference.
const smtpFields = {
  /** The name of this instance, unique in its chain. @defaultValue "SMTP" */
  id: option.id,
  /** The server's name or address. */
  host: option.required(host),
  /** The server's port. @defaultValue 587, or 465 with `secure` */
  port: option.whole(1, 65_535),
  /** TLS from the first byte (RFC 8314). @defaultValue true on port 465, else false */
  secure: option.flag,
  /** No STARTTLS, no mail. @defaultValue true if `auth` is set or the host is not loopback */
  requireTLS: option.flag,
  /** Never use STARTTLS, even if it is offered. @defaultValue false */
  ignoreTLS: option.flag,
  /** `ca`, `cert`, `key`, `passphrase`, `ciphers`, `minVersion`, `maxVersion`, `servername`, `rejectUnauthorized`, as in Node's `tls.connect`. @defaultValue minVersion TLSv1.2 */
  tls,
  /** Allows `tls.rejectUnauthorized: false`, with which any host can pose as the server. @defaultValue false */
  allowInsecureTls: option.flag,
  /** The login, by password or by OAuth2. @defaultValue none */
  auth,
  /** The name in EHLO. @defaultValue this machine's host name */
  name: option.shaped(greetingName, "a host name or an address in brackets"),
  /** The local IP address to connect from. */
  localAddress: option.map(option.string, (value) => {
    if (isIP(value) === 0) throw new TypeError("must be an IP address");
    return value;
  }),
  /** An HTTP proxy that allows CONNECT: `http://user:password@host:port`. */
  proxy: option.proxy,
  /** `false` opens a connection for each message, still 5 at most. @defaultValue kept, 5 at most */
  pool: option.either([option.flag, pool], (value) => {
    if (typeof value === "boolean") return option.flag;
    return typeof value === "object" ? pool : undefined;
  }),
  /**
   * The key that signs every message, or a list of keys. Of a list, those of the sender's own domain sign, or of the
   * nearest domain above or below it, or else those of the first domain. @defaultValue unsigned
   */
  dkim,
  /**
   * Return paths with a signed token (VERP), so that a bounce says by its address which message it is about. Used where
   * the message has no envelope sender of its own. @defaultValue none: the sender's address
   */
  verp,
  /** From the first look-up until the connection is open, with `secure` TLS included, ms. @defaultValue 10000 */
  connectionTimeoutMs: ms,
  /** How long the server's first line may take, and then STARTTLS, ms. RFC 5321 allows minutes. @defaultValue 30000 */
  greetingTimeoutMs: ms,
  /** How long a connection under way may be silent. RFC 5321 asks for minutes after the final dot. @defaultValue 60000 */
  socketTimeoutMs: ms,
  /** How long the look-up of the host's name may take, ms. @defaultValue 10000 */
  dnsTimeoutMs: ms,
  /** A longer reply ends the connection. @defaultValue 65536 */
  maxResponseBytes: option.whole(1_024, 16_777_216),
};

/** What `smtp()` is made from. */
export interface SmtpOptions
  extends option.RequiredOptions<typeof smtpFields>,
    option.OptionalOptions<typeof smtpFields> {}

interface CheckedOptions extends option.Checked<typeof smtpFields> {}

/** Every option; what some need of others follows in `checkOptions`. */
export const smtpOptions: option.Field<SmtpOptions, CheckedOptions> = option.record(smtpFields);

/** What has no default. */
type Further = "auth" | "name" | "localAddress" | "proxy" | "verp";

/** Options after checking, every default filled in. */
export interface Settings
  extends Pick<CheckedOptions, Further>,
    Omit<Required<CheckedOptions>, Further | "allowInsecureTls" | "tls" | "pool" | "dkim"> {
  readonly tls: ConnectionOptions;
  readonly pool: PoolSettings;
  /** Keys of one domain or several; those of the first domain sign for senders that are at none of them. */
  readonly dkim: readonly DkimSettings[];
}

export type PoolSettings = Required<option.Checked<typeof poolFields>>;

/**
 * The settings behind some options.
 * @throws {TypeError | RangeError} one sentence that names the field and the fault, and never a secret
 */
export function checkOptions(value: SmtpOptions): Settings {
  const options = option.check("smtp", smtpOptions, value);
  const { host, allowInsecureTls = false, tls = {}, dkim, ...others } = options;
  const { port = options.secure === true ? 465 : 587, ignoreTLS = false, socketTimeoutMs = 60_000 } = options;
  const { secure = port === 465 } = options;
  const isExposed = options.auth !== undefined || !isLoopback(host);
  const { requireTLS = !secure && isExposed } = options;
  if (options.auth !== undefined) checkLogin(options.auth);
  if (ignoreTLS && requireTLS && !secure)
    throw new TypeError(
      "smtp: ignoreTLS needs requireTLS: false beside it, since mail or a login would go out in clear",
    );
  const kept = typeof options.pool === "object" ? options.pool : {};
  const { maxConnections = 5, idleTimeoutMs = 30_000 } = kept;
  const { maxMessages = options.pool === false ? 1 : Number.POSITIVE_INFINITY } = kept;

  return Object.freeze({
    id: "SMTP",
    connectionTimeoutMs: 10_000,
    greetingTimeoutMs: 30_000,
    dnsTimeoutMs: 10_000,
    maxResponseBytes: 65_536,
    ...others,
    host,
    port,
    secure,
    requireTLS,
    ignoreTLS,
    socketTimeoutMs,
    tls: tlsSettings(tls, allowInsecureTls),
    pool: { maxConnections, maxMessages, idleTimeoutMs: Math.min(idleTimeoutMs, socketTimeoutMs) },
    dkim: dkimSettings(dkim, host),
  });
}

/** Makes a context from TLS options: a PEM that cannot be read is found now, not at the first mail. */
function tlsSettings(options: SmtpTls, allowInsecure: boolean): ConnectionOptions {
  if (options.rejectUnauthorized === false && !allowInsecure)
    throw new TypeError("smtp: tls.rejectUnauthorized: false also needs allowInsecureTls: true");
  const settings = { minVersion: "TLSv1.2", ...options };
  try {
    createSecureContext(settings as SecureContextOptions);
  } catch (error) {
    // Only the code: the message may quote an option.
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw new TypeError(`smtp: tls cannot be used as it is given${code}`);
  }
  return Object.freeze(settings as ConnectionOptions);
}

/** OpenSSL passes over an authority it cannot read, and every certificate would then come from an unknown one. */
function checkAuthorities(value: ConnectionOptions["ca"]): ConnectionOptions["ca"] {
  for (const authority of Array.isArray(value) ? value : [value]) {
    try {
      new X509Certificate(authority as string);
    } catch {
      throw new TypeError("is not a certificate in PEM");
    }
  }
  return value;
}
