import { createHash, timingSafeEqual } from "node:crypto";
import { option } from "@relais/core/spi";
import { header, Refused, type RequestHeaders } from "./receiver.ts";

const digest = (value: string | Uint8Array): Buffer => createHash("sha256").update(value).digest();

/** Whether two texts are the same, in a time that does not tell where they differ, or how long they are. */
export function isSame(given: string | Uint8Array, expected: string | Uint8Array): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

/** The bytes of a base64 text that is written as it must be; another spelling of the same bytes is none. */
export function base64Bytes(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.length > 0 && bytes.toString("base64") === text ? bytes : undefined;
}

/** How much a vendor's clock may be ahead of ours. */
const maxAheadMs = 5 * 60_000;

/** @throws {Refused} if a signed time lies outside the window, so that what was recorded long ago cannot be sent again */
export function checkTime(signedAt: number, toleranceMs: number): void {
  const ageMs = Date.now() - signedAt;
  if (!(ageMs <= toleranceMs)) throw new Refused(401, "the signature is too old");
  if (ageMs < -maxAheadMs) throw new Refused(401, "the signature lies in the future");
}

/** A login that a vendor sends with each request: by basic authentication, or as a bearer token. */
export type Login = { readonly user: string; readonly pass: string } | { readonly token: string };

/** One value, or several of which each is good: for as long as a secret is being replaced. */
export function oneOrMore<Input, Output>(
  field: option.Field<Input, Output>,
): option.Field<Input | readonly Input[], readonly Output[]> {
  const several = option.list(field);
  return {
    read: (value) => {
      if (!Array.isArray(value)) return [field.read(value)];
      if (value.length === 0) throw new RangeError("must not be empty");
      return several.read(value);
    },
    ...(field.json && several.json && { json: { anyOf: [field.json, several.json] } }),
  };
}

/** A key or a token: it stands in a header. */
export const key: option.Field<string> = option.matching(
  /^[\x21-\x7e]{8,512}$/,
  "8 to 512 ASCII characters without blanks",
);

const basicFields = {
  /** The user of the login by basic authentication. */
  user: option.required(option.text),
  /** Its password. */
  pass: option.required(option.secret),
};
const bearerFields = {
  /** The token of the header `Authorization: Bearer …`, 8 characters or more. */
  token: option.required(key),
};
const basic = option.record(basicFields);
const bearer = option.record(bearerFields);
const login: option.Field<Login> = option.either([basic, bearer], (value) =>
  typeof value !== "object" || value === null ? undefined : "token" in value ? bearer : basic,
);

/** The logins of which a request must carry one. */
export const auth: option.Field<Login | readonly Login[], readonly Login[]> = oneOrMore(login);

/** @throws {Refused} if the request carries none of the logins */
export function checkLogin(headers: RequestHeaders, logins: readonly Login[]): void {
  const [, scheme = "", given = ""] =
    /^(basic|bearer) +(\S+) *$/i.exec(header(headers, "authorization") ?? "") ?? [];
  let isKnown = false;
  for (const one of logins) {
    const [kind, expected] =
      "token" in one
        ? ["bearer", one.token]
        : ["basic", Buffer.from(`${one.user}:${one.pass}`).toString("base64")];
    // Each is compared, so that the time does not tell which of them matched.
    if (isSame(given, expected) && scheme.toLowerCase() === kind) isKnown = true;
  }
  if (scheme === "") throw new Refused(401, "the request carries no credentials");
  if (!isKnown) throw new Refused(401, "the credentials of the request are wrong");
}

/** Options that each receiver has. */
export const commonFields = {
  /** The id of the link in the chain that sends by this vendor. @defaultValue that of the vendor's provider: `SES`, `POSTMARK` */
  provider: option.id,
};

export interface CommonOptions extends option.OptionalOptions<typeof commonFields> {}

/** How old a signature may be, ms. */
export const toleranceMs: option.Field<number> = option.whole(1_000, 30 * 24 * 60 * 60_000);
