// Values of settings, without what editors, shells and orchestrators put around them.

const aroundAnything = /^[\s\u200B-\u200D\u2060\uFEFF]+|[\s\u200B-\u200D\u2060\uFEFF]+$/g;

/** Without blanks, line breaks, byte order marks and invisible characters at the ends. */
export function trimmed(text: string): string {
  return text.replace(aroundAnything, "");
}

/**
 * A password: without a byte order mark and without line breaks at the ends, which `echo` and editors add (and without
 * anything beyond these). Other blanks at the ends stay: a password may begin or end with one.
 */
function passwordText(text: string): string {
  const body = text.replace(/^\uFEFF/, "").replace(/^\s*[\r\n\u2028\u2029]/, "");
  const end = body.trimEnd().length;
  const firstBreak = body.slice(end).search(/[\r\n\u2028\u2029]/);
  return firstBreak === -1 ? body : body.slice(0, end + firstBreak);
}

const secretName =
  /pass|pwd|secret|token|private|key$|^key|apikey|credential|authori[sz]ation|(?:^|[-_.])auth$|bearer|cookie|signature|webhook/i;
// Named like a secret, and none.
const harmless = new Set(["keySelector", "accessKeyId"]);

/** Whether a field or a variable is named like a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name) && !harmless.has(name);
}

/** The value of a variable or a field: of a password only line breaks are cut. Keys and tokens have no blanks. */
export function settingText(name: string, text: string): string {
  return /pass|pwd/i.test(name) ? passwordText(text) : trimmed(text);
}

const pairs = new Set(['""', "''", "``", "“”", "‘’"]);

/** Whether a value begins and ends with a quote, which a shell removes and `docker run --env-file` keeps. */
export function isQuoted(text: string): boolean {
  const value = trimmed(text);
  return value.length > 1 && pairs.has(`${value[0]}${value.at(-1)}`);
}

/** The end of a sentence about a value in quotes. */
export const quotesHint: string = "in quotes, which docker run --env-file keeps as a part of the value";

/** A part of a sentence about settings in quotes; `undefined` if there are none. */
export function quotesSentence(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  return `${names.join(" and ")} ${names.length === 1 ? "is" : "are"} ${quotesHint}`;
}

/**
 * Whether a value is an address that Kubernetes (or a Docker link) puts into each container for a Service called
 * `smtp`: `SMTP_PORT=tcp://10.0.12.7:25`, and `SMTP_NAME=/app/smtp` of a Docker link.
 */
export function isServiceLink(name: string, text: string): boolean {
  const value = trimmed(text);
  if (name.endsWith("_PORT")) return /^[a-z][a-z0-9+.-]*:\/\//i.test(value);
  return name.endsWith("_NAME") && /^\/[^/]+\/[^/]+$/.test(value);
}

/** The end of a sentence about such a value. */
export const serviceLinkHint: string =
  "is the address of a Service or a linked container called smtp, put there by Kubernetes or Docker: set it yourself, " +
  "or turn the links off (enableServiceLinks: false)";

const yes = new Set(["true", "t", "yes", "y", "on", "1"]);
const no = new Set(["false", "f", "no", "n", "off", "0"]);

/** `true`, `yes`, `on`, `1` and the opposites, however they are written; `undefined` for anything else. */
export function parseFlag(text: string): boolean | undefined {
  const word = trimmed(text).toLowerCase();
  return yes.has(word) ? true : no.has(word) ? false : undefined;
}

/** A number in digits; `undefined` for anything else. */
export function parseNumber(text: string): number | undefined {
  const digits = trimmed(text);
  return /^[+-]?\d+(?:\.\d+)?$/.test(digits) ? Number(digits) : undefined;
}

/**
 * The text of a file as editors write it: UTF-8, or UTF-16 where a byte order mark says so (PowerShell, Excel). The mark
 * is left out; what is not of the encoding becomes U+FFFD.
 */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/** What the byte order mark at the beginning says; UTF-8 without one. */
export function encodingOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}
