/** A proxy that knows CONNECT, from its URL. */
export interface HttpProxy {
  /** Host and port, for reasons: never the login. */
  readonly name: string;
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** The value of Proxy-Authorization. */
  readonly authorization?: string;
  /** What must not come out: the password, and the login as it goes over the wire. */
  readonly secrets: readonly string[];
}

const isProxyUrl = (text: string): boolean =>
  URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol);

/**
 * Whether a value is the URL of an HTTP proxy, which may hold a password and is never shown.
 * @throws {TypeError} one sentence that names the field
 */
export function checkProxy(field: string, value: unknown): void {
  if (typeof value !== "string") throw new TypeError(`${field} must be a string`);
  if (!isProxyUrl(value)) throw new TypeError(`${field} must be an http: or https: URL`);
}

/** A password may hold a bare `%`, which a URL leaves as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param url a URL that `checkProxy` takes */
export function httpProxy(url: string): HttpProxy {
  const { protocol, host, hostname, port, username, password } = new URL(url);
  const secure = protocol === "https:";
  const usual = secure ? 443 : 80;
  const login = `${decoded(username)}:${decoded(password)}`;
  const basic = Buffer.from(login).toString("base64");
  return {
    name: port === "" ? `${host}:${usual}` : host,
    secure,
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? usual : Number(port),
    ...(login === ":" ? {} : { authorization: `Basic ${basic}` }),
    secrets: password === "" ? [] : [password, decoded(password), login, basic],
  };
}
