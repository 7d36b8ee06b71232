import { redactor, urlSecrets } from "@relais/core/spi";
import type { Settings } from "../options/options.ts";

/** Redacts what must never be shown: the secrets of the options, and tokens as they come. */
export interface SecretRedactor {
  /** Takes every secret out of a text. */
  redact(text: string): string;
  /** A new access token: from now on a secret too. */
  add(token: string): void;
}

/** Tokens come about once an hour; an echo of one comes at once. */
const keptTokens = 16;

// The forms in which secrets go over the wire as one base64 text (RFC 4616; XOAUTH2).
const plain = (user: string, pass: string): string => `\0${user}\0${pass}`;
const xoauth2 = (user: string, token: string): string => `user=${user}\x01auth=Bearer ${token}\x01\x01`;

function fixedSecrets({ auth, proxy }: Settings): (string | undefined)[] {
  const secrets: (string | undefined)[] = proxy === undefined ? [] : urlSecrets(proxy);
  if (auth?.type === "OAuth2") {
    secrets.push(auth.clientSecret, auth.refreshToken, auth.privateKey);
  } else if (auth !== undefined) {
    secrets.push(auth.pass, plain(auth.user, auth.pass));
  }
  return secrets;
}

/** Knows the secrets of these settings. */
export function secretRedactor(settings: Settings): SecretRedactor {
  const fixed = fixedSecrets(settings);
  const { auth } = settings;
  const tokens = new Set<string>();
  let redact = redactor(fixed);
  const add = (token: string): void => {
    if (tokens.has(token)) return;
    tokens.add(token);
    const [oldest] = tokens;
    if (tokens.size > keptTokens && oldest !== undefined) tokens.delete(oldest);
    const bearers = [...tokens].map((one) => xoauth2(auth?.user ?? "", one));
    redact = redactor([...fixed, ...tokens, ...bearers]);
  };
  if (auth?.type === "OAuth2" && auth.accessToken !== undefined) add(auth.accessToken);
  return { redact: (text) => redact(text), add };
}
