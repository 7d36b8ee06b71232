import { isLoopback, option } from "@relais/core/spi";
import { privateKey } from "./private-key.ts";

const typeName = option.shaped(/^(?:login|oauth2)$/i, "login or OAuth2");

/** Written in any case. */
const loginType = <const Type extends "login" | "OAuth2">(type: Type): option.Field<Type> => ({
  read: (value) => {
    typeName.read(value);
    return type;
  },
  json: { type: "string", const: type },
});

const passwordFields = {
  /** A user and a password; may be left out. */
  type: loginType("login"),
  /** The login. */
  user: option.required(option.text),
  /** The password. */
  pass: option.required(option.secret),
  /** How the password is shown to the server. @defaultValue the first of these that the server offers */
  method: option.oneOf("PLAIN", "LOGIN", "CRAM-MD5"),
};

/** A user and a password. */
export interface SmtpPassword
  extends option.RequiredOptions<typeof passwordFields>,
    option.OptionalOptions<typeof passwordFields> {}

/** Gives tokens: see `SmtpOAuth2`. */
type ProvideToken = (
  user: string,
  renew: boolean,
) => Promise<string | { accessToken: string; expires?: number }>;

const oauth2Fields = {
  /** An access token in place of a password. */
  type: option.required(loginType("OAuth2")),
  /** The login. */
  user: option.required(option.text),
  /** A token that you have already. */
  accessToken: option.secret,
  /** When `accessToken` expires, in ms since 1970. */
  expires: option.whole(0, Number.MAX_SAFE_INTEGER),
  /** Of the application. */
  clientId: option.secret,
  /** Of the application; a public one has none. */
  clientSecret: option.secret,
  /** What new tokens are fetched with. */
  refreshToken: option.secret,
  /** The token endpoint; `https:` unless it is on loopback. @defaultValue Google's */
  accessUrl: option.map(option.text, (written) => {
    const url = URL.canParse(written) ? new URL(written) : undefined;
    const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
    if (!isSafe) throw new TypeError("must be an https: URL");
    return written;
  }),
  /** The scope of the token, as the endpoint names it: Microsoft wants `https://outlook.office365.com/.default`. */
  scope: option.text,
  /** Client id of a service account, with its `privateKey` as PEM. */
  serviceClient: option.secret,
  /** Of the service account, PEM. */
  privateKey: option.map(option.secret, (pem) => {
    privateKey(pem);
    return pem;
  }),
  /**
   * Gives tokens in place of all that; `renew` says that the last one was refused, `expires` is in ms since 1970. It has
   * `connectionTimeoutMs` to answer.
   */
  provideToken: option.callable<ProvideToken>(),
};

/**
 * XOAUTH2. One of `accessToken`, `refreshToken`, `serviceClient` (with `privateKey`) and `provideToken` is needed, or
 * `clientId`, `clientSecret` and `accessUrl` for the application's own credentials (RFC 6749, 4.4). A token is
 * fetched when there is none, or it has expired, and once more if it is refused.
 */
export interface SmtpOAuth2
  extends option.RequiredOptions<typeof oauth2Fields>,
    option.OptionalOptions<typeof oauth2Fields> {}

export type SmtpAuth = SmtpPassword | SmtpOAuth2;

const password: option.Field<SmtpPassword> = option.record(passwordFields);
const oauth2: option.Field<SmtpOAuth2> = option.record(oauth2Fields);

/** How to log in; what the options of OAuth2 need of each other follows in `checkLogin`. */
export const auth = option.either([oauth2, password], (value) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return /^oauth2$/i.test(String((value as { type?: unknown }).type)) ? oauth2 : password;
});

const tokenSources = ["accessToken", "refreshToken", "serviceClient", "provideToken"] as const;
const applicationCredentials = ["clientId", "clientSecret", "accessUrl"] as const;

/** @throws {TypeError} one sentence about what is not there for a login */
export function checkLogin(login: SmtpAuth): void {
  if (login.type !== "OAuth2") return;
  const hasCredentials = applicationCredentials.every((name) => login[name] !== undefined);
  if (!hasCredentials && tokenSources.every((name) => login[name] === undefined))
    throw new TypeError(
      `smtp: auth needs one of ${tokenSources.join(", ")}, or clientId, clientSecret and accessUrl together`,
    );
  if (login.serviceClient !== undefined && login.privateKey === undefined)
    throw new TypeError("smtp: auth.serviceClient needs auth.privateKey");
}
