import { createPrivateKey } from "node:crypto";
import { isLoopback } from "@relais/core/spi";
import { record, secret, shaped, text, whole } from "./check-field.ts";
import type { SmtpAuth, SmtpOAuth2, SmtpPassword } from "./options.ts";

const methods = ["PLAIN", "LOGIN", "CRAM-MD5"] as const;
const passwordNames = ["type", "user", "pass", "method"];
const oauth2Names = [
  "type",
  "user",
  "accessToken",
  "expires",
  "clientId",
  "clientSecret",
  "refreshToken",
  "accessUrl",
  "scope",
  "serviceClient",
  "privateKey",
  "provideToken",
];

function checkPassword(value: object): SmtpPassword {
  const given = record("auth", value, passwordNames);
  if (given.user === undefined) throw new TypeError("smtp: auth.user is missing");
  if (given.pass === undefined) throw new TypeError("smtp: auth.pass is missing");
  const method = methods.find((known) => known === given.method);
  if (given.method !== undefined && method === undefined) {
    throw new TypeError(`smtp: auth.method must be one of ${methods.join(", ")}`);
  }
  return Object.freeze({
    user: text("auth.user", given.user),
    pass: secret("auth.pass", given.pass),
    ...(method === undefined ? {} : { method }),
  });
}

function checkAccessUrl(value: unknown): string {
  const given = text("auth.accessUrl", value);
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const fine = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  if (!fine) throw new TypeError("smtp: auth.accessUrl must be an https: URL");
  return given;
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
  const given = record("auth", value, oauth2Names);
  if (given.user === undefined) throw new TypeError("smtp: auth.user is missing");
  const { provideToken } = given as Partial<SmtpOAuth2>;
  if (provideToken !== undefined && typeof provideToken !== "function") {
    throw new TypeError("smtp: auth.provideToken must be a function");
  }
  const sources = ["accessToken", "refreshToken", "serviceClient", "provideToken"];
  const credentials = ["clientId", "clientSecret", "accessUrl"].every((name) => given[name] !== undefined);
  if (!credentials && sources.every((name) => given[name] === undefined)) {
    throw new TypeError(
      `smtp: auth needs one of ${sources.join(", ")}, or clientId, clientSecret and accessUrl together`,
    );
  }
  if (given.serviceClient !== undefined && given.privateKey === undefined) {
    throw new TypeError("smtp: auth.serviceClient needs auth.privateKey");
  }
  const secrets = Object.fromEntries(
    ["accessToken", "clientId", "clientSecret", "refreshToken", "serviceClient"].flatMap((name) =>
      given[name] === undefined ? [] : [[name, secret(`auth.${name}`, given[name])]],
    ),
  );
  return Object.freeze({
    type: "OAuth2",
    user: text("auth.user", given.user),
    ...secrets,
    ...(given.expires === undefined
      ? {}
      : { expires: whole("auth.expires", given.expires, 0, Number.MAX_SAFE_INTEGER) }),
    ...(given.accessUrl === undefined ? {} : { accessUrl: checkAccessUrl(given.accessUrl) }),
    ...(given.scope === undefined ? {} : { scope: text("auth.scope", given.scope) }),
    ...(given.privateKey === undefined ? {} : { privateKey: checkPrivateKey(given.privateKey) }),
    ...(provideToken === undefined ? {} : { provideToken }),
  });
}

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
