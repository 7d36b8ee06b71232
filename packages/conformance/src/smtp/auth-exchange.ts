import { type AuthState, authenticate, mechanisms } from "./authenticate.ts";
import type { Dialogue } from "./dialogue.ts";
import type { Exchange } from "./exchange.ts";
import type { SmtpLogin } from "./smtp-session.ts";

/** The AUTH command, and each line that answers a challenge of it (RFC 4954). */
export function authExchange(line: string, argument: string, dialogue: Dialogue): Exchange {
  const auth = dialogue.options.auth;
  const [name = "", initial] = argument.split(/\s+/);
  const mechanism = mechanisms(auth).find((offered) => offered === name.toUpperCase());
  if (auth === undefined || mechanism === undefined) {
    const reply = auth === undefined ? "502 5.5.1 AUTH not offered\r\n" : "504 5.5.4 mechanism not known\r\n";
    return { step: "auth", line, reply: () => reply, answered: accept(dialogue) };
  }
  if (auth.tlsOnly === true && !dialogue.record.secure) {
    return {
      step: "auth",
      line,
      reply: () => "538 5.7.11 encryption required\r\n",
      answered: accept(dialogue),
    };
  }
  if (!dialogue.greeted || dialogue.authenticated || dialogue.from !== undefined) {
    return { step: "auth", line, reply: () => "503 5.5.1 not now\r\n", answered: accept(dialogue) };
  }
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
