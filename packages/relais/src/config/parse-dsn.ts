import { ConfigurationError } from "../environment/settings-reader.ts";
import type { Entry, ProviderEntry, RelaisConfig } from "./relais-config.ts";

/** The APIs that `use: http` knows by name, and the option that holds the secret of each: those of `@relais/http`. */
export const httpApis = {
  resend: "apiKey",
  postmark: "serverToken",
  sendgrid: "apiKey",
  mailgun: "apiKey",
  brevo: "apiKey",
} as const;

export type HttpApiName = keyof typeof httpApis;

/**
 * A short form of a configuration: `smtp://user:password@host:587`, `ses://KEY:SECRET@default?region=eu-west-1`,
 * `resend://KEY@default` and the like for the other APIs of @relais/http (`mailgun://KEY@default?domain=mg.example.com`),
 * or `failover(… …)` with several of them. Query parameters are options (`pool.maxConnections=2`), `id`, `timeoutMs` and
 * `afterHandOverMs`.
 * @throws {ConfigurationError} one sentence, without user or password
 */
export function parseDsn(dsn: string): RelaisConfig {
  if (dsn.length > 8_192) fail("is far too long");
  return { chain: entriesOf(dsn) };
}

/** For signs that end the login of a URL, and so the one that was meant. */
const encodeHint =
  "in a user, a password or a key write / as %2F, ? as %3F, # as %23, @ as %40, % as %25, a blank as %20, ( as %28, ) as %29";

function fail(sentence: string): never {
  throw new ConfigurationError([`the DSN ${sentence}.`]);
}

function entriesOf(text: string): Entry[] {
  const list = /^failover\((.*)\)$/s.exec(text.trim())?.[1];
  if (list === undefined && /^failover\b/.test(text.trim()))
    fail("begins with failover and must be written failover(… …): a parenthesis is missing");
  if (list === undefined) return [providerOf(text.trim(), false)];
  const parts = splitParts(list);
  if (parts.length === 0) fail("has a failover() with nothing in it");
  return parts.map((part) =>
    part.startsWith("failover(") ? { chain: entriesOf(part) } : providerOf(part, true),
  );
}

/** Splits at white space outside parentheses. */
function splitParts(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const character of `${text} `) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (depth < 0) fail(`closes a parenthesis that it did not open; ${encodeHint}`);
    if (depth > 0 || !/\s/.test(character)) part += character;
    else {
      if (part !== "") parts.push(part);
      part = "";
    }
  }
  if (depth > 0) fail(`opens a parenthesis that it does not close; ${encodeHint}`);
  return parts;
}

function providerOf(text: string, inList: boolean): ProviderEntry {
  const mistake = urlMistake(text, inList);
  if (mistake !== undefined) fail(mistake);
  if (!URL.canParse(text))
    fail(`has a part that is not a URL, as smtp://user:password@host:587 is; ${encodeHint}`);
  const url = new URL(text);
  const scheme = url.protocol.slice(0, -1);
  const { options, settings } = queryOf(url);
  if (url.hash !== "" || !["", "/"].includes(url.pathname))
    fail(`has a path behind its ${scheme} host, which means nothing; ${encodeHint}`);
  const [user = "", pass = "", host = ""] = [url.username, url.password, url.hostname].map(decoded);
  const hint = text.includes("@") ? "" : `; ${encodeHint}`;
  const isDefault = ["default", ""].includes(host);
  if (scheme === "smtp" || scheme === "smtps") {
    if (host === "") fail(`names no host for ${scheme}`);
    const server = {
      host: host.replace(/^\[(.*)\]$/, "$1"),
      ...(url.port !== "" && { port: Number(url.port) }),
      ...(scheme === "smtps" && { secure: true }),
      ...(user !== "" && { auth: { user, pass } }),
    };
    return { use: "smtp", ...settings, options: { ...options, ...server } };
  }
  if (scheme === "ses") {
    if (!isDefault) fail(`must say "default" as the host of ses; set another with endpoint${hint}`);
    const login = user !== "" && { credentials: { accessKeyId: user, secretAccessKey: pass } };
    return { use: "ses", ...settings, options: { ...options, ...login } };
  }
  if (Object.hasOwn(httpApis, scheme)) {
    if (!isDefault || url.port !== "")
      fail(`must say "default" as the host of ${scheme}; set another with endpoint${hint}`);
    if (pass !== "") fail(`must say the key of ${scheme} alone, as ${scheme}://KEY@default does`);
    const secret = user !== "" && { [httpApis[scheme as HttpApiName]]: user };
    return { use: "http", ...settings, options: { ...options, api: scheme, ...secret } };
  }
  const known = ["smtp", "smtps", "ses", ...Object.keys(httpApis)].join(", ");
  return fail(
    `has a scheme that is not known: ${JSON.stringify(scheme.slice(0, 40))}; ${known} or failover(…)`,
  );
}

const severalUrls = new RegExp(`(?:smtps?|ses|${Object.keys(httpApis).join("|")})://`, "g");

/** What a part of a DSN lacks to be a URL, where no sign in a password can be the reason. */
function urlMistake(text: string, inList: boolean): string | undefined {
  const notUrl = "has a part that is not a URL, as smtp://user:password@host:587 is";
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
    return text.includes("@") ? undefined : `${notUrl}: its scheme is missing, smtp:// say`;
  if ((text.split("?")[0]?.match(severalUrls) ?? []).length > 1)
    return "has several URLs in one part: write failover(… …) with a blank between them";
  const port = /:(\d+)(?=[/?]|$)/.exec(
    text.slice(text.lastIndexOf("@") + 1).replace(/^[a-z0-9+.-]+:\/\//i, ""),
  );
  if (port === null || Number(port[1]) <= 65_535) return undefined;
  const outOfRange = "has a port that is out of range: 1 to 65535";
  // In a list it may be a password of digits that ends at a blank.
  return text.includes("@") || !inList ? outOfRange : `${outOfRange}; ${encodeHint}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return fail(`holds a % that is not the beginning of an escape; ${encodeHint}`);
  }
}

// A DSN is often made from input, and is easily pasted: nothing in it may weaken security. Of ses, `allowInsecureHttp`
// may stand there: it only speaks of an `endpoint`, and with that an attacker could set one of his own.
const weakening = /^(?:ca|tls|allowInsecureTls|requireTLS|ignoreTLS|logger|debug|proxy)(?:\.|$)/i;
const entrySettings = ["id", "timeoutMs", "afterHandOverMs"];

/** The query's parameters: options of the provider, and settings of its entry. */
function queryOf(url: URL): { options: Record<string, unknown>; settings: Record<string, unknown> } {
  const options: Record<string, unknown> = {};
  const settings: Record<string, unknown> = {};
  for (const [name, text] of url.searchParams) {
    if (weakening.test(name))
      fail(`may not set ${name}: options that can weaken security belong in a configuration file`);
    const path = name.split(".");
    if (path.some((part) => ["__proto__", "constructor", "prototype", ""].includes(part)))
      fail(`has an option that is none: ${JSON.stringify(name.slice(0, 40))}`);
    // Behind a ? in a password all that follows is a parameter: it is not shown.
    if (!/^[A-Za-z][\w.-]*$/.test(name)) fail(`has a parameter that is none; ${encodeHint}`);
    const [first = "", second] = path;
    const value = scalar(text);
    if (entrySettings.includes(name)) settings[name] = value;
    else if (second === undefined) options[first] = value;
    else options[first] = { ...(options[first] as object | undefined), [second]: value };
  }
  return { options, settings };
}

/** `"5"` as 5, `"true"` as true, anything else as it is. */
function scalar(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}
