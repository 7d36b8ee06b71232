import { ConfigurationError } from "../environment/settings-reader.ts";
import type { ChainEntry, Entry, ProviderEntry, RelaisConfig } from "./relais-config.ts";

/** The APIs that `use: http` knows by name, and the option that holds the secret of each. */
export const httpApis = {
  resend: "apiKey",
  postmark: "serverToken",
  sendgrid: "apiKey",
  mailgun: "apiKey",
  brevo: "apiKey",
} as const;

/** The name of one of these APIs. */
export type HttpApiName = keyof typeof httpApis;

/** Whether a word is the name of such an API. */
function isHttpApi(word: string): word is HttpApiName {
  return Object.hasOwn(httpApis, word);
}

// A DSN is often put together from somebody's input, and is easily pasted: nothing in it may weaken security. Of ses,
// `allowInsecureHttp` may stand there: it only speaks of an `endpoint`, and who could set that could set his own.
const weakening = /^(?:ca|tls|allowInsecureTls|requireTLS|ignoreTLS|logger|debug|proxy)(?:\.|$)/i;
const settings = new Set(["id", "timeoutMs", "afterHandOverMs"]);

function fail(sentence: string): never {
  throw new ConfigurationError([`the DSN ${sentence}.`]);
}

/** `"5"` as 5, `"true"` as true, anything else as it is. */
function scalar(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return fail("holds a % that is not the beginning of an escape");
  }
}

function query(url: URL): { options: Record<string, unknown>; rest: Record<string, unknown> } {
  const options: Record<string, unknown> = {};
  const rest: Record<string, unknown> = {};
  for (const [name, value] of url.searchParams) {
    if (weakening.test(name))
      fail(`may not set ${name}: options that can weaken security belong in a configuration file`);
    const path = name.split(".");
    if (path.some((part) => ["__proto__", "constructor", "prototype", ""].includes(part)))
      fail(`has an option that is none: ${JSON.stringify(name.slice(0, 40))}`);
    const [first = "", second] = path;
    if (settings.has(name)) rest[name] = scalar(value);
    else if (second === undefined) options[first] = scalar(value);
    else options[first] = { ...(options[first] as object | undefined), [second]: scalar(value) };
  }
  return { options, rest };
}

function provider(text: string): ProviderEntry {
  if (!URL.canParse(text)) fail("has a part that is not a URL, as smtp://user:password@host:587 is");
  const url = new URL(text);
  const scheme = url.protocol.slice(0, -1);
  const { options, rest } = query(url);
  if (url.hash !== "" || !["", "/"].includes(url.pathname))
    fail(`has a path behind its ${scheme} host, which means nothing`);
  const user = decoded(url.username);
  const pass = decoded(url.password);
  const host = decoded(url.hostname);
  if (scheme === "smtp" || scheme === "smtps") {
    if (host === "") fail(`names no host for ${scheme}`);
    return {
      use: "smtp",
      ...rest,
      options: {
        ...options,
        host: host.replace(/^\[(.*)\]$/, "$1"),
        ...(url.port === "" ? {} : { port: Number(url.port) }),
        ...(scheme === "smtps" ? { secure: true } : {}),
        ...(user === "" ? {} : { auth: { user, pass } }),
      },
    };
  }
  if (scheme === "ses") {
    if (host !== "default" && host !== "")
      fail('must say "default" as the host of ses; set another with endpoint');
    const keys = user === "" ? {} : { credentials: { accessKeyId: user, secretAccessKey: pass } };
    return { use: "ses", ...rest, options: { ...options, ...keys } };
  }
  if (isHttpApi(scheme)) {
    if (!["default", ""].includes(host) || url.port !== "")
      fail(`must say "default" as the host of ${scheme}; set another with endpoint`);
    if (pass !== "") fail(`must say the key of ${scheme} alone, as ${scheme}://KEY@default does`);
    const secret = user === "" ? {} : { [httpApis[scheme]]: user };
    return { use: "http", ...rest, options: { ...options, api: scheme, ...secret } };
  }
  const known = ["smtp", "smtps", "ses", ...Object.keys(httpApis)].join(", ");
  return fail(
    `has a scheme that is not known: ${JSON.stringify(scheme.slice(0, 40))}; ${known} or failover(…)`,
  );
}

/** Cuts at white space outside parentheses. */
function parts(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let word = "";
  for (const c of text) {
    if (c === "(") depth += 1;
    if (c === ")") depth -= 1;
    if (depth < 0) fail("closes a parenthesis that it did not open");
    if (depth === 0 && /\s/.test(c)) {
      if (word !== "") found.push(word);
      word = "";
    } else word += c;
  }
  if (depth > 0) fail("opens a parenthesis that it does not close");
  return word === "" ? found : [...found, word];
}

function entries(text: string): Entry[] {
  const inner = /^failover\((.*)\)$/s.exec(text.trim())?.[1];
  if (inner === undefined) return [provider(text.trim())];
  const list = parts(inner);
  if (list.length === 0) fail("has a failover() with nothing in it");
  return list.map(
    (one): Entry =>
      one.startsWith("failover(") ? ({ chain: entries(one) } satisfies ChainEntry) : provider(one),
  );
}

/**
 * A short form of a configuration: `smtp://user:password@host:587`, `ses://KEY:SECRET@default?region=eu-west-1`,
 * `resend://KEY@default` and the like for the other APIs of @relais/http (`mailgun://KEY@default?domain=mg.example.com`),
 * or `failover(… …)` with several of them. Query parameters are options (`pool.maxConnections=2`), `id`, `timeoutMs` and
 * `afterHandOverMs`.
 * @throws {ConfigurationError} one sentence, without user or password
 */
export function parseDsn(dsn: string): RelaisConfig {
  if (dsn.length > 8_192) fail("is far too long");
  return { chain: entries(dsn) };
}
