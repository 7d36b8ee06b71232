import type { SMTPConnectionAuth } from "nodemailer/lib/smtp-connection";
import XOAuth2 from "nodemailer/lib/xoauth2";
import type { Settings } from "./settings.ts";
import type { SmtpOAuth2 } from "./smtp-options.ts";
import type { Vault } from "./vault.ts";

/** What to log in with: new for each connection, since nodemailer writes to it; `undefined` without a login. */
export type Login = () => SMTPConnectionAuth | undefined;

type Provision = NonNullable<ConstructorParameters<typeof XOAuth2>[0]>["provisionCallback"];
type ProvideToken = NonNullable<SmtpOAuth2["provideToken"]>;

// A new error each time: nodemailer writes to it, and hands one to everybody who waits.
const noToken = (code: string, text: string): Error => Object.assign(new Error(text), { code });

/** `provideToken` as nodemailer calls it. One that never answers would hold up every later login too. */
function provision(provideToken: ProvideToken, limitMs: number, { add }: Vault): Provision {
  return (user, renew, done) => {
    const timer = setTimeout(() => settle(noToken("EFETCH", "provideToken did not answer in time")), limitMs);
    let settled = false;
    const settle: typeof done = (...answer) => {
      clearTimeout(timer);
      if (settled) return;
      settled = true;
      done(...answer);
    };
    const asked = (async () => provideToken(user, renew))();
    asked.then(
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

/** One source of tokens for all connections, so that they share one token and one renewal. */
function tokenSource(auth: SmtpOAuth2, settings: Settings, vault: Vault): XOAuth2 {
  const { type: _, provideToken, ...rest } = auth;
  const source = new XOAuth2({
    ...rest,
    requestTimeout: settings.connectionTimeoutMs,
    ...(provideToken === undefined
      ? {}
      : { provisionCallback: provision(provideToken, settings.connectionTimeoutMs, vault) }),
  });
  source.on("token", (token: { accessToken: string }) => vault.add(token.accessToken));
  source.on("error", () => {}); // told to whoever asked for the token
  return source;
}

/** How connections of these settings log in. */
export function login(settings: Settings, vault: Vault): Login {
  const { auth } = settings;
  if (auth === undefined) return () => undefined;
  if (auth.type === "OAuth2") {
    const oauth2 = tokenSource(auth, settings, vault);
    return () => ({ type: "OAUTH2", user: auth.user, oauth2, method: "XOAUTH2" });
  }
  const { user, pass, method = false } = auth;
  return () => ({ user, credentials: { user, pass }, method });
}
