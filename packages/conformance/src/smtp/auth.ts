import { createHmac, randomBytes } from "node:crypto";
import type { SmtpAuth, SmtpMechanism } from "./contract.ts";
import type { Dialogue, Exchange } from "./dialogue.ts";
import type { SmtpLogin } from "./records.ts";

/** The AUTH command, and each line that answers a challenge of it (RFC 4954). */
export function authExchange(line: string, argument: string, dialogue: Dialogue): Exchange {
  const auth = dialogue.options.auth;
  const [name = "", initial] = argument.split(/\s+/);
  const mechanism = mechanisms(auth).find((offered) => offered === name.toUpperCase());
  const refuse = (reply: string): Exchange => ({
    step: "auth",
    line,
    reply: () => `${reply}\r\n`,
    answered: accept(dialogue),
  });
  if (auth === undefined) return refuse("502 5.5.1 AUTH not offered");
  if (mechanism === undefined) return refuse("504 5.5.4 mechanism not known");
  if (auth.tlsOnly === true && !dialogue.record.secure) return refuse("538 5.7.11 encryption required");
  if (!dialogue.greeted || dialogue.authenticated || dialogue.from !== undefined)
    return refuse("503 5.5.1 not now");
  const at = dialogue.record.logins.length;
  return lineExchange(line, authenticate(mechanism, auth, initial), { dialogue, mechanism, at });
}

interface Login {
  readonly dialogue: Dialogue;
  readonly mechanism: string;
  /** Its place among the session's logins. */
  readonly at: number;
}

function lineExchange(line: string, state: AuthState, login: Login): Exchange {
  const { dialogue, mechanism, at } = login;
  const note = (accepted: boolean): SmtpLogin => ({
    mechanism,
    ...(state.user === undefined ? {} : { user: state.user }),
    accepted,
  });
  // Noted before the answer goes out: a login that is dropped or never answered was tried, too.
  dialogue.record.logins[at] = note(false);
  return {
    step: "auth",
    line,
    reply: () => {
      if ("challenge" in state) return `334 ${state.challenge}\r\n`;
      return state.accepted ? "235 2.7.0 welcome\r\n" : "535 5.7.8 wrong user or password\r\n";
    },
    answered: (code) => {
      if (code === 334)
        dialogue.next = (response) => lineExchange(response, nextState(state, response), login);
      if (code === 235) dialogue.record.logins[at] = note(true);
      accept(dialogue)(code);
    },
  };
}

function nextState(state: AuthState, response: string): AuthState {
  // A lone asterisk takes the login back; a script that asks one question too many gets no login either.
  if (response === "*" || !("challenge" in state))
    return { ...(state.user === undefined ? {} : { user: state.user }), accepted: false };
  return state.answer(response);
}

function accept(dialogue: Dialogue): (code: number) => void {
  return (code) => {
    if (code === 235) dialogue.authenticated = true;
  };
}

/** The mechanisms a server with these options offers. */
export function mechanisms(auth: SmtpAuth | undefined): readonly SmtpMechanism[] {
  if (auth === undefined) return [];
  return auth.mechanisms ?? (auth.tokens === undefined ? ["PLAIN", "LOGIN"] : ["PLAIN", "LOGIN", "XOAUTH2"]);
}

/** Where a login stands: the client must answer a challenge (base64), or it is over. */
type AuthState =
  | { readonly challenge: string; readonly user?: string; readonly answer: (response: string) => AuthState }
  | { readonly accepted: boolean; readonly user?: string };

/** How a login begins that may come with the AUTH command: what the server asks for, and what takes the response. */
const beginnings = {
  PLAIN: { prompt: "", take: plain },
  LOGIN: { prompt: "Username:", take: login },
  XOAUTH2: { prompt: "", take: xoauth2 },
} as const;

/** Begins a login (RFC 4954). `initial` is the initial response of the AUTH command, still base64. */
function authenticate(mechanism: SmtpMechanism, auth: SmtpAuth, initial: string | undefined): AuthState {
  if (mechanism === "CRAM-MD5") return cramMd5(auth);
  const { prompt, take } = beginnings[mechanism];
  const answer = (response: string): AuthState => take(auth, response);
  return initial === undefined
    ? { challenge: encode(prompt), answer }
    : answer(initial === "=" ? "" : initial);
}

function plain(auth: SmtpAuth, response: string): AuthState {
  const [, user = "", password = ""] = decode(response).split("\0");
  return { user, accepted: isRight(auth, user, password) };
}

function login(auth: SmtpAuth, response: string): AuthState {
  const user = decode(response);
  const answer = (password: string): AuthState => ({
    user,
    accepted: isRight(auth, user, decode(password)),
  });
  return { challenge: encode("Password:"), user, answer };
}

function cramMd5(auth: SmtpAuth): AuthState {
  const challenge = `<${randomBytes(8).toString("hex")}.${Date.now()}@localhost>`;
  const answer = (response: string): AuthState => {
    const [user = "", digest = ""] = decode(response).split(" ");
    const password = secretOf(auth.users, user);
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
  if (secretOf(auth.tokens, user) === token) return { user, accepted: true };
  // The server says why in a challenge, which the client answers with an empty line before it gets its 535.
  const why = encode(JSON.stringify({ status: "400", schemes: "Bearer", scope: "https://mail.example/" }));
  return { challenge: why, user, answer: () => ({ user, accepted: false }) };
}

const isRight = ({ anyone, users }: SmtpAuth, user: string, password: string): boolean =>
  anyone === true || secretOf(users, user) === password;

function secretOf(secrets: Readonly<Record<string, string>> | undefined, user: string): string | undefined {
  return secrets !== undefined && Object.hasOwn(secrets, user) ? secrets[user] : undefined;
}

const encode = (text: string): string => Buffer.from(text).toString("base64");
const decode = (text: string): string => Buffer.from(text, "base64").toString();
