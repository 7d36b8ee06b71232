import { createPrivateKey } from "node:crypto";
import { isLoopback } from "@relais/core/spi";
import {
  checkShape,
  type Field,
  fault,
  oneOf,
  record,
  required,
  secret,
  secretWith,
  text,
  textWith,
  unchecked,
  whole,
} from "./field.ts";
import type { SmtpAuth, SmtpOAuth2, SmtpPassword } from "./options.ts";

const password = record({
  type: unchecked<"login">((zod) => zod.literal("login")),
  user: required(text),
  pass: required(secret),
  method: oneOf(["PLAIN", "LOGIN", "CRAM-MD5"]),
});

const oauth2 = record({
  type: required(unchecked<"OAuth2">((zod) => zod.literal("OAuth2"))),
  user: required(text),
  accessToken: secret,
  expires: whole(0, Number.MAX_SAFE_INTEGER),
  clientId: secret,
  clientSecret: secret,
  refreshToken: secret,
  accessUrl: textWith(checkAccessUrl),
  scope: text,
  serviceClient: secret,
  privateKey: secretWith(checkPrivateKey),
  provideToken: { check: checkProvider },
});

/** How to log in. */
export const auth: Field<SmtpAuth> = {
  check: (field, value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw fault(field, "must be an object");
    }
    const { type } = value as { type?: unknown };
    if (type === undefined || type === null) return checkPassword(field, value);
    const isOAuth2 = loginType.check(`${field}.type`, type) === "oauth2";
    return isOAuth2 ? checkOAuth2(field, value) : checkPassword(field, value);
  },
  schema: (zod) => zod.discriminatedUnion("type", [oauth2.schema(zod), password.schema(zod)]),
};

const loginType: Field<string> = textWith((field, written) =>
  checkShape(field, written, /^(?:login|oauth2)$/i, "login or OAuth2").toLowerCase(),
);

function checkPassword(field: string, value: unknown): SmtpPassword {
  const { type: _, ...login } = password.check(field, value);
  return Object.freeze(login);
}

const tokenSources = ["accessToken", "refreshToken", "serviceClient", "provideToken"] as const;
const applicationCredentials = ["clientId", "clientSecret", "accessUrl"] as const;

function checkOAuth2(field: string, value: unknown): SmtpOAuth2 {
  const login = oauth2.check(field, value);
  const hasCredentials = applicationCredentials.every((name) => login[name] !== undefined);
  if (!hasCredentials && tokenSources.every((name) => login[name] === undefined)) {
    throw fault(
      field,
      `needs one of ${tokenSources.join(", ")}, or clientId, clientSecret and accessUrl together`,
    );
  }
  if (login.serviceClient !== undefined && login.privateKey === undefined) {
    throw fault(`${field}.serviceClient`, `needs ${field}.privateKey`);
  }
  return Object.freeze({ ...login, type: "OAuth2" });
}

function checkAccessUrl(field: string, written: string): string {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  if (!isSafe) throw fault(field, "must be an https: URL");
  return written;
}

function checkPrivateKey(field: string, pem: string): string {
  try {
    createPrivateKey(pem);
  } catch {
    throw fault(field, "is not a private key in PEM");
  }
  return pem;
}

function checkProvider(field: string, value: unknown): NonNullable<SmtpOAuth2["provideToken"]> {
  if (typeof value !== "function") throw fault(field, "must be a function");
  return value as NonNullable<SmtpOAuth2["provideToken"]>;
}
