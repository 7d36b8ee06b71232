import { text } from "./check-field.ts";

/** Checks a proxy's URL, which may hold a password and is never echoed. */
export function checkProxy(value: unknown): string {
  const given = text("proxy", value);
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new TypeError("smtp: proxy must be an http: or https: URL");
  }
  return given;
}
