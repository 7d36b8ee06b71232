import { createPrivateKey } from "node:crypto";
import { isLoopback } from "@relais/core/spi";
import { record, secret, shaped, text, whole } from "./check-field.ts";
import type { SmtpAuth, SmtpOAuth2, SmtpPassword } from "./options.ts";

const methods = ["PLAIN", "LOGIN", "CRAM-MD5"] as const;
const passwordNames = ["type", "user", "pass", "method"];
/** Options of XOAUTH2 that are secrets, or as good as one. */
const oauth2Secrets = ["accessToken", "clientId", "clientSecret", "refreshToken", "serviceClient"];
const oauth2Names = [
  ...oauth2Secrets,
  "type",
  "user",
  "expires",
  "accessUrl",
  "scope",
  "privateKey",
  "provideToken",
];

/** Checks how to log in. */
export function checkAuth(value: unknown): SmtpAuth {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("smtp: auth must be an object");
  }
  const type = "type" in value ? value.type : undefined;
  if (type === undefined) return checkPassword(value);
  const known = shaped("auth.type", type, /^(?:login|oauth2)$/i, "login or OAuth2").toLowerCase();
  return known === "oauth2" ? checkOAuth2(value) : checkPassword(value);
}

function checkPassword(value: object): SmtpPassword {
  const options = record("auth", value, passwordNames);
  if (options.user === undefined) throw new TypeError("smtp: auth.user is missing");
  if (options.pass === undefined) throw new TypeError("smtp: auth.pass is missing");
  const method = methods.find((known) => known === options.method);
  if (options.method !== undefined && method === undefined) {
    throw new TypeError(`smtp: auth.method must be one of ${methods.join(", ")}`);
  }
  return Object.freeze({
    user: text("auth.user", options.user),
    pass: secret("auth.pass", options.pass),
    ...(method === undefined ? {} : { method }),
  });
}

function checkAccessUrl(value: unknown): string {
  const written = text("auth.accessUrl", value);
  const url = URL.canParse(written) ? new URL(written) : undefined;
  const fine = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  if (!fine) throw new TypeError("smtp: auth.accessUrl must be an https: URL");
  return written;
}

function checkPrivateKey(value: unknown): string {
  const pem = secret("auth.privateKey", value);
  try {
    createPrivateKey(pem);
  } catch {
    throw new TypeError("smtp: auth.privateKey is not a private key in PEM");
  }
  return pem;
}

function checkOAuth2(value: object): SmtpOAuth2 {
  const options = record("auth", value, oauth2Names);
  if (options.user === undefined) throw new TypeError("smtp: auth.user is missing");
  const { provideToken } = options as Partial<SmtpOAuth2>;
  if (provideToken !== undefined && typeof provideToken !== "function") {
    throw new TypeError("smtp: auth.provideToken must be a function");
  }
  const sources = ["accessToken", "refreshToken", "serviceClient", "provideToken"];
  const credentials = ["clientId", "clientSecret", "accessUrl"].every((name) => options[name] !== undefined);
  if (!credentials && sources.every((name) => options[name] === undefined)) {
    throw new TypeError(
      `smtp: auth needs one of ${sources.join(", ")}, or clientId, clientSecret and accessUrl together`,
    );
  }
  if (options.serviceClient !== undefined && options.privateKey === undefined) {
    throw new TypeError("smtp: auth.serviceClient needs auth.privateKey");
  }
  const secrets = Object.fromEntries(
    oauth2Secrets.flatMap((name) =>
      options[name] === undefined ? [] : [[name, secret(`auth.${name}`, options[name])]],
    ),
  );
  return Object.freeze({
    type: "OAuth2",
    user: text("auth.user", options.user),
    ...secrets,
    ...(options.expires === undefined
      ? {}
      : { expires: whole("auth.expires", options.expires, 0, Number.MAX_SAFE_INTEGER) }),
    ...(options.accessUrl === undefined ? {} : { accessUrl: checkAccessUrl(options.accessUrl) }),
    ...(options.scope === undefined ? {} : { scope: text("auth.scope", options.scope) }),
    ...(options.privateKey === undefined ? {} : { privateKey: checkPrivateKey(options.privateKey) }),
    ...(provideToken === undefined ? {} : { provideToken }),
  });
}
