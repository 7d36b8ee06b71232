import { isLoopback, option } from "@relais/core/spi";

const text = option.string.json as option.JsonSchema;
const isPem = (value: unknown): boolean =>
  typeof value === "string" && /-----BEGIN [A-Z0-9 ]{0,20}CERTIFICATE-----/.test(value);
const certificates = option.map(
  option.anything<string | readonly string[]>({ anyOf: [text, { type: "array", items: text }] }),
  (value) => {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    if (list.length === 0 || !list.every(isPem)) throw new TypeError("must be PEM certificates");
    return value;
  },
);

/** About the way to a server. */
export const connectionFields = {
  /** PEM certificates to trust in place of Node's own. */
  ca: certificates,
  /**
   * An HTTP proxy that knows CONNECT: `http://user:password@host:port`.
   * @defaultValue what Node takes from the environment, if it was started with `NODE_USE_ENV_PROXY=1`
   */
  proxy: option.proxy,
};

/** The options of every provider over HTTP that are about the way to its server. */
export interface ConnectionOptions
  extends option.RequiredOptions<typeof connectionFields>,
    option.OptionalOptions<typeof connectionFields> {}

export const maxConnections: option.Field<number> = option.whole(1, 1_000);
export const connectionTimeoutMs: option.Field<number> = option.whole(1, 600_000);

/** An `http:` or `https:` URL without user, password, query or fragment; `isInsecure` tells whether `http:` is safe there. */
export const endpoint: option.Field<string> = option.map(option.string, (value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined) throw new RangeError("is not a URL");
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new RangeError("must begin with https:// or http://");
  if (url.username !== "" || url.password !== "") throw new RangeError("may not hold a user or a password");
  if (url.search !== "" || url.hash !== "") throw new RangeError("may not hold a query or a fragment");
  return value;
});

/** Whether what goes to this URL can be read on its way: it is neither `https:` nor on this machine. */
export function isInsecure(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol !== "https:" && !isLoopback(hostname);
}
