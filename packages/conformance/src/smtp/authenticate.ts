import { createHmac, randomBytes } from "node:crypto";
import type { SmtpAuth, SmtpMechanism } from "./smtp-server-options.ts";

/** Where a login stands: the client must answer a challenge (base64), or it is over. */
export type AuthState =
  | { readonly challenge: string; readonly user?: string; readonly answer: (response: string) => AuthState }
  | { readonly accepted: boolean; readonly user?: string };

/** Begins a login (RFC 4954). `initial` is the initial response of the AUTH command, still base64. */
export function authenticate(
  mechanism: SmtpMechanism,
  auth: SmtpAuth,
  initial: string | undefined,
): AuthState {
  const first = initial === "=" ? "" : initial;
  switch (mechanism) {
    case "PLAIN":
      return first === undefined
        ? { challenge: "", answer: (response) => plain(auth, response) }
        : plain(auth, first);
    case "LOGIN":
      return first === undefined
        ? { challenge: encode("Username:"), answer: (response) => login(auth, response) }
        : login(auth, first);
    case "CRAM-MD5":
      return cramMd5(auth);
    case "XOAUTH2":
      return first === undefined
        ? { challenge: "", answer: (response) => xoauth2(auth, response) }
        : xoauth2(auth, first);
  }
}

/** The mechanisms a server with these options offers. */
export function mechanisms(auth: SmtpAuth | undefined): readonly SmtpMechanism[] {
  if (auth === undefined) return [];
  return auth.mechanisms ?? (auth.tokens === undefined ? ["PLAIN", "LOGIN"] : ["PLAIN", "LOGIN", "XOAUTH2"]);
}

function plain(auth: SmtpAuth, response: string): AuthState {
  const [, user = "", password = ""] = decode(response).split("\0");
  return { user, accepted: knows(auth.users, user, password) };
}

function login(auth: SmtpAuth, response: string): AuthState {
  const user = decode(response);
  const answer = (password: string): AuthState => ({
    user,
    accepted: knows(auth.users, user, decode(password)),
  });
  return { challenge: encode("Password:"), user, answer };
}

function cramMd5(auth: SmtpAuth): AuthState {
  const challenge = `<${randomBytes(8).toString("hex")}.${Date.now()}@localhost>`;
  const answer = (response: string): AuthState => {
    const [user = "", digest = ""] = decode(response).split(" ");
    const password = own(auth.users, user);
    const expected = createHmac("md5", password ?? "")
      .update(challenge)
      .digest("hex");
    return { user, accepted: password !== undefined && digest === expected };
  };
  return { challenge: encode(challenge), answer };
}

function xoauth2(auth: SmtpAuth, response: string): AuthState {
  const [, user = "", token = ""] =
    /^user=([^\x01]*)\x01auth=Bearer ([^\x01]*)\x01\x01$/.exec(decode(response)) ?? [];
  if (knows(auth.tokens, user, token)) return { user, accepted: true };
  // The server says why in a challenge, which the client answers with an empty line before it gets its 535.
  const why = encode(JSON.stringify({ status: "400", schemes: "Bearer", scope: "https://mail.example/" }));
  return { challenge: why, user, answer: () => ({ user, accepted: false }) };
}

function knows(secrets: Readonly<Record<string, string>> | undefined, user: string, secret: string): boolean {
  return own(secrets, user) === secret;
}

function own(secrets: Readonly<Record<string, string>> | undefined, user: string): string | undefined {
  return secrets !== undefined && Object.hasOwn(secrets, user) ? secrets[user] : undefined;
}

const encode = (text: string): string => Buffer.from(text).toString("base64");
const decode = (text: string): string => Buffer.from(text, "base64").toString();
