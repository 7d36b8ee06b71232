import type { SMTPConnectionAuth } from "nodemailer/lib/smtp-connection";
import XOAuth2 from "nodemailer/lib/xoauth2";
import type { SmtpOAuth2 } from "../options/auth-options.ts";
import type { Settings } from "../options/options.ts";
import type { SecretRedactor } from "./secret-redactor.ts";

/** What to log in with: new for each connection, since nodemailer writes to it; `undefined` without a login. */
export type Login = () => SMTPConnectionAuth | undefined;

type Provision = NonNullable<ConstructorParameters<typeof XOAuth2>[0]>["provisionCallback"];
type ProvideToken = NonNullable<SmtpOAuth2["provideToken"]>;

// A new error each time: nodemailer writes to it, and hands one to all that wait.
const noToken = (code: string, text: string): Error => Object.assign(new Error(text), { code });

/** `provideToken` as nodemailer calls it. One that never answers would hold up every later login too. */
function provision(provideToken: ProvideToken, limitMs: number, { add }: SecretRedactor): Provision {
  return (user, renew, done) => {
    const timer = setTimeout(() => settle(noToken("EFETCH", "provideToken did not answer in time")), limitMs);
    let settled = false;
    const settle: typeof done = (...answer) => {
      clearTimeout(timer);
      if (settled) return;
      settled = true;
      done(...answer);
    };
    const answered = (async () => provideToken(user, renew))();
    answered.then(
      (answer) => {
        const token = typeof answer === "string" ? answer : answer?.accessToken;
        if (typeof token !== "string" || token === "") {
          settle(noToken("EOAUTH2", "provideToken gave no token"));
          return;
        }
        add(token);
        settle(null, token, typeof answer === "string" ? undefined : answer.expires);
      },
      () => settle(noToken("EFETCH", "provideToken failed")),
    );
  };
}

/** nodemailer asks with a refresh token or not at all: its value where the application has none. */
const noRefreshToken = "none";

/** The form that goes to the token endpoint, as RFC 6749 has it (4.4.2, 6): nodemailer knows one grant alone. */
function tokenRequest(
  fields: Readonly<Record<string, unknown>>,
  { scope, refreshToken, serviceClient }: SmtpOAuth2,
) {
  if (serviceClient !== undefined) return fields;
  const { refresh_token: token, client_secret: secret, ...rest } = fields;
  return {
    ...rest,
    // A public client has no secret, and an empty one is a wrong one.
    ...(secret === "" ? {} : { client_secret: secret }),
    ...(refreshToken === undefined ? { grant_type: "client_credentials" } : { refresh_token: token }),
    ...(scope === undefined ? {} : { scope }),
  };
}

/** One source of tokens for all connections, so that they share one token and one renewal. */
function tokenSource(auth: SmtpOAuth2, settings: Settings, secrets: SecretRedactor): XOAuth2 {
  const { type: _, provideToken, ...rest } = auth;
  const { refreshToken, serviceClient, clientSecret, accessUrl } = rest;
  const byCredentials =
    clientSecret !== undefined &&
    accessUrl !== undefined &&
    [refreshToken, serviceClient, provideToken].every((other) => other === undefined);
  const source = new XOAuth2({
    ...(byCredentials ? { refreshToken: noRefreshToken } : {}),
    ...rest,
    requestTimeout: settings.connectionTimeoutMs,
    ...(provideToken === undefined
      ? {}
      : { provisionCallback: provision(provideToken, settings.connectionTimeoutMs, secrets) }),
  });
  const post = source.postRequest.bind(source);
  source.postRequest = (url, payload, ...others) =>
    post(
      url,
      typeof payload === "object" ? tokenRequest(payload as Record<string, unknown>, auth) : payload,
      ...others,
    );
  source.on("token", (token: { accessToken: string }) => secrets.add(token.accessToken));
  source.on("error", () => {}); // the callback of the login gets it
  return source;
}

/** How connections of these settings log in. */
export function login(settings: Settings, secrets: SecretRedactor): Login {
  const { auth } = settings;
  if (auth === undefined) return () => undefined;
  if (auth.type === "OAuth2") {
    const oauth2 = tokenSource(auth, settings, secrets);
    return () => ({ type: "OAUTH2", user: auth.user, oauth2, method: "XOAUTH2" });
  }
  const { user, pass, method = false } = auth;
  return () => ({ user, credentials: { user, pass }, method });
}
