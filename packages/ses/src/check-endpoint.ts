import { isLoopback } from "@relais/core/spi";

/**
 * An `http:` or `https:` URL without user, password, query or fragment. Never shows it: it might hold a password.
 * @throws {TypeError | RangeError} one sentence that names the field and what is wrong with it
 */
export function checkEndpoint(field: string, value: unknown): void {
  if (typeof value !== "string") throw new TypeError(`${field} must be a string`);
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined) throw new RangeError(`${field} is not a URL`);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new RangeError(`${field} must begin with https:// or http://`);
  if (url.username !== "" || url.password !== "")
    throw new RangeError(`${field} may not hold a user or a password`);
  if (url.search !== "" || url.hash !== "")
    throw new RangeError(`${field} may not hold a query or a fragment`);
}

/**
 * Whether mail stays unread on its way: `https:`, or an address on this machine.
 * @param endpoint one that `checkEndpoint` takes
 * @throws {RangeError} one sentence
 */
export function checkSafeEndpoint(field: string, endpoint: string): void {
  const { protocol, hostname } = new URL(endpoint);
  if (protocol === "https:" || isLoopback(hostname)) return;
  throw new RangeError(
    `${field} must begin with https://: without TLS the mail could be read on its way, unless allowInsecureHttp says that it may`,
  );
}
