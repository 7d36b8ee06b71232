import type { ConnectionOptions } from "node:tls";

/** A user and a password. */
export interface SmtpPassword {
  /** A user and a password; may be left out. */
  readonly type?: "login" | undefined;
  /** The login. */
  readonly user: string;
  /** The password. */
  readonly pass: string;
  /** How the password is shown to the server. @defaultValue the first of these that the server offers */
  readonly method?: "PLAIN" | "LOGIN" | "CRAM-MD5" | undefined;
}

/**
 * XOAUTH2. One of `accessToken`, `refreshToken`, `serviceClient` (with `privateKey`) and `provideToken` is needed, or
 * `clientId`, `clientSecret` and `accessUrl` for the application's own credentials (RFC 6749, 4.4). A token is
 * fetched when there is none, or it has expired, and once more if it is refused.
 */
export interface SmtpOAuth2 {
  /** An access token in place of a password. */
  readonly type: "OAuth2";
  /** The login. */
  readonly user: string;
  /** A token that you have already. */
  readonly accessToken?: string | undefined;
  /** When `accessToken` expires, in ms since 1970. */
  readonly expires?: number | undefined;
  /** Of the application. */
  readonly clientId?: string | undefined;
  /** Of the application; a public one has none. */
  readonly clientSecret?: string | undefined;
  /** What new tokens are fetched with. */
  readonly refreshToken?: string | undefined;
  /** The token endpoint; `https:` unless it is on loopback. @defaultValue Google's */
  readonly accessUrl?: string | undefined;
  /** The scope of the token, as the endpoint names it: Microsoft wants `https://outlook.office365.com/.default`. */
  readonly scope?: string | undefined;
  /** Client id of a service account, with its `privateKey` as PEM. */
  readonly serviceClient?: string | undefined;
  /** Of the service account, PEM. */
  readonly privateKey?: string | undefined;
  /**
   * Gives tokens in place of all that; `renew` says that the last one was refused, `expires` is in ms since 1970. It has
   * `connectionTimeoutMs` to answer.
   */
  readonly provideToken?:
    | ((user: string, renew: boolean) => Promise<string | { accessToken: string; expires?: number }>)
    | undefined;
}

export type SmtpAuth = SmtpPassword | SmtpOAuth2;

/** What may be set about TLS; each as in Node's `tls.connect`. */
export type SmtpTls = {
  readonly [Key in
    | "ca"
    | "cert"
    | "key"
    | "passphrase"
    | "pfx"
    | "ciphers"
    | "minVersion"
    | "maxVersion"
    | "servername"
    | "rejectUnauthorized"]?: ConnectionOptions[Key];
};

/** Connections that are kept and used again. */
export interface SmtpPool {
  /** At most so many at once, and so many messages under way. @defaultValue 5 */
  readonly maxConnections?: number | undefined;
  /** A connection is closed after so many messages. @defaultValue Infinity */
  readonly maxMessages?: number | undefined;
  /** An idle connection is closed after so long, in ms; at most `socketTimeoutMs`. @defaultValue 30000 */
  readonly idleTimeoutMs?: number | undefined;
}

/** A key that signs (RFC 6376, rsa-sha256; RFC 8463, ed25519-sha256; relaxed/relaxed). */
export interface SmtpDkim {
  /** The domain that signs. */
  readonly domainName: string;
  /** Which of its keys: the label before `._domainkey`. */
  readonly keySelector: string;
  /** An RSA or an Ed25519 key, PEM. */
  readonly privateKey: string;
  /**
   * Names of the headers that are signed, separated by colons; From always is. @defaultValue what RFC 6376, 5.4.1
   * recommends, List-Unsubscribe-Post (RFC 8058), Sender, Message-ID, MIME-Version and Content-*
   */
  readonly headerFieldNames?: string | undefined;
  /** Names of further headers that are signed, separated by colons. @defaultValue none */
  readonly extraFields?: string | undefined;
  /** Header names that are not signed, separated by colons. @defaultValue none; `message-id:date` where SES is the server */
  readonly skipFields?: string | undefined;
}

/** What `smtp()` is made from. */
export interface SmtpOptions {
  /** @defaultValue "SMTP" */
  readonly id?: string | undefined;
  /** The server's name or address. */
  readonly host: string;
  /** The server's port. @defaultValue 587, or 465 with `secure` */
  readonly port?: number | undefined;
  /** TLS from the first byte (RFC 8314). @defaultValue true on port 465, else false */
  readonly secure?: boolean | undefined;
  /** No STARTTLS, no mail. @defaultValue true if `auth` is set or the host is not loopback */
  readonly requireTLS?: boolean | undefined;
  /** Never use STARTTLS, even if it is offered. @defaultValue false */
  readonly ignoreTLS?: boolean | undefined;
  /** `ca`, `cert`, `key`, `passphrase`, `ciphers`, `minVersion`, `maxVersion`, `servername`, `rejectUnauthorized`, as in Node's `tls.connect`. @defaultValue minVersion TLSv1.2 */
  readonly tls?: SmtpTls | undefined;
  /** Allows `tls.rejectUnauthorized: false`, with which any host can pose as the server. @defaultValue false */
  readonly allowInsecureTls?: boolean | undefined;
  /** The login, by password or by OAuth2. @defaultValue none */
  readonly auth?: SmtpAuth | undefined;
  /** The name in EHLO. @defaultValue this machine's host name */
  readonly name?: string | undefined;
  /** The local IP address to connect from. */
  readonly localAddress?: string | undefined;
  /** An HTTP proxy that allows CONNECT: `http://user:password@host:port`. */
  readonly proxy?: string | undefined;
  /** `false` opens a connection for each message, still 5 at most. @defaultValue kept, 5 at most */
  readonly pool?: SmtpPool | boolean | undefined;
  /**
   * The key that signs every message, or a list of keys. Of a list, those of the sender's own domain sign, or of the
   * nearest domain above or below it, or else those of the first domain. @defaultValue unsigned
   */
  readonly dkim?: SmtpDkim | readonly SmtpDkim[] | undefined;
  /** From the first look-up until the connection is open, with `secure` TLS included, ms. @defaultValue 10000 */
  readonly connectionTimeoutMs?: number | undefined;
  /** How long the server's first line may take, and then STARTTLS, ms. RFC 5321 allows minutes. @defaultValue 30000 */
  readonly greetingTimeoutMs?: number | undefined;
  /** How long a connection under way may be silent. RFC 5321 asks for minutes after the final dot. @defaultValue 60000 */
  readonly socketTimeoutMs?: number | undefined;
  /** How long the look-up of the host's name may take, ms. @defaultValue 10000 */
  readonly dnsTimeoutMs?: number | undefined;
  /** A longer reply ends the connection. @defaultValue 65536 */
  readonly maxResponseBytes?: number | undefined;
}
