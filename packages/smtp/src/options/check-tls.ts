import { X509Certificate } from "node:crypto";
import { type ConnectionOptions, createSecureContext, type SecureContextOptions } from "node:tls";
import { flag, record } from "./check-field.ts";

const names = [
  "ca",
  "cert",
  "key",
  "passphrase",
  "pfx",
  "ciphers",
  "minVersion",
  "maxVersion",
  "servername",
  "rejectUnauthorized",
];

/** OpenSSL passes over an authority it cannot read, and every certificate would then come from an unknown one. */
function checkAuthorities(value: unknown): void {
  for (const authority of Array.isArray(value) ? value : [value]) {
    try {
      new X509Certificate(authority);
    } catch {
      throw new TypeError("smtp: tls.ca is not a certificate in PEM");
    }
  }
}

/** Checks TLS settings, by making a context from them: a PEM that cannot be read is found now, not at the first mail. */
export function checkTls(value: unknown, allowInsecure: boolean): ConnectionOptions {
  const given = value === undefined ? {} : record("tls", value, names);
  const verified = flag("tls.rejectUnauthorized", given.rejectUnauthorized ?? true);
  if (!verified && !allowInsecure) {
    throw new TypeError("smtp: tls.rejectUnauthorized: false also needs allowInsecureTls: true");
  }
  if (given.servername !== undefined && typeof given.servername !== "string") {
    throw new TypeError("smtp: tls.servername must be a string");
  }
  if (given.ca !== undefined) checkAuthorities(given.ca);
  const tls = { minVersion: "TLSv1.2", ...given };
  try {
    createSecureContext(tls as SecureContextOptions);
  } catch (error) {
    // Only the code: the message may quote what was given.
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw new TypeError(`smtp: tls cannot be used as it is given${code}`);
  }
  return Object.freeze(tls as ConnectionOptions);
}
