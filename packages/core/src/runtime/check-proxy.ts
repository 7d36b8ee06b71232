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
