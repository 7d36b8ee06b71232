const mask = "[redacted]";

/** The base64 of a secret depends on where in the input it starts: what is common to each of the three offsets. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  const forms: string[] = [];
  for (const offset of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const from = offset === 0 ? 0 : offset + 1;
    const tail = (offset + bytes.length) % 3 === 0 ? 0 : 1;
    const sure = encoded.slice(from, encoded.length - tail);
    if (sure.length >= 4) forms.push(sure, sure.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return forms;
}

function forms(secret: string): string[] {
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret, "utf8").toString("hex"),
    ...base64Forms(secret),
  ];
}

// What looks like a credential even if we were never told it: the argument of an AUTH command, a bearer token,
// the user part of a URL. Every repetition has a bound, so that no text makes them slow.
const patterns: readonly [RegExp, string][] = [
  [/\b(AUTH\s{1,8}[A-Z0-9-]{1,32}\s{1,8})[A-Za-z0-9+/=_-]{4,}/gi, `$1${mask}`],
  [/\b(Bearer\s{1,8})[A-Za-z0-9._~+/=-]{8,}/gi, `$1${mask}`],
  [/\b([a-z][a-z0-9+.-]{0,19}:\/\/)[^\s/@]{1,256}@/gi, `$1${mask}@`],
  [/\b((?:password|passwd|secret|token)\s{0,8}[=:]\s{0,8})[^\s,;]{1,512}/gi, `$1${mask}`],
];

/** What none of them can do without: most texts are searched once, not four times. */
const looksSecret = /auth|bearer|:\/\/|passw|secret|token/i;

/** What is kept of a server's words; replies of 500 KB have been seen. */
const maxCharacters = 4_096;
/** More than a credential has that only its surroundings give away. */
const longestUnknown = 600;

/**
 * A function that takes known secrets out of a text, in every form a server or a library may echo them
 * (plain, percent-encoded, JSON, hex, base64 at each offset), and what looks like a credential.
 * Secrets shorter than 3 characters cannot be told from ordinary text and are not looked for. Of a longer text no
 * more than its first 4,096 characters are kept.
 */
export function redactor(secrets: Iterable<string | undefined>): (text: string) => string {
  const known = new Set<string>();
  for (const secret of secrets) {
    if (secret === undefined || secret.length < 3) continue;
    known.add(secret);
    // Half a character has no encoded form of its own.
    for (const form of forms(secret.toWellFormed())) known.add(form);
  }
  const longestFirst = [...known].sort((a, b) => b.length - a.length);
  // What is cut off in the middle is no longer found: so much more is read, and the end of it is dropped.
  const margin = Math.max(longestUnknown, longestFirst[0]?.length ?? 0);
  return (text) => {
    const whole = text.length <= maxCharacters;
    let clean = whole ? text : text.slice(0, maxCharacters + margin);
    for (const form of longestFirst) if (clean.includes(form)) clean = clean.replaceAll(form, mask);
    if (looksSecret.test(clean))
      for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
    return whole ? clean : clean.slice(0, Math.min(maxCharacters, Math.max(0, clean.length - margin)));
  };
}

/** The secrets in a URL: its password, as it stands and decoded, and the login in front of the host; none without one. */
export function urlSecrets(url: string): string[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(url) || !URL.canParse(url)) return [];
  const { username, password } = new URL(url);
  return password === "" ? [] : [password, decoded(password), `${decoded(username)}:${decoded(password)}`];
}

/** A password may hold a bare `%`, which a URL leaves as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// Bounded, so that no text makes it slow. A quoted local part, an address literal and `%40` are among what servers say.
const address =
  /<?(?:"[^"\r\n]{1,64}"|[^\s<>()[\],;:"@]{1,64})(?:@|%40)(?:\[[^\]\s]{1,64}\]|[\p{L}\p{N}._-]{1,253})>?/giu;

/** A server's words with each address as `<address>`: for what is stored, or shown to people it does not concern. */
export function withoutAddresses(text: string): string {
  return text.replace(address, "<address>");
}
