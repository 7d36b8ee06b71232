import { createPrivateKey, type KeyObject } from "node:crypto";
import { record, secret, shaped } from "./field.ts";
import type { DkimSettings } from "./settings.ts";

const domain = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}$/;
const selector = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const fieldNames = /^[A-Za-z0-9-]+(?::[A-Za-z0-9-]+)*$/;

function rsaKey(value: unknown): KeyObject {
  const pem = secret("dkim.privateKey", value);
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new TypeError("smtp: dkim.privateKey is not a private key in PEM");
  }
  // nodemailer signs rsa-sha256 only, and with another key it would send unsigned without a word.
  if (key.asymmetricKeyType !== "rsa") throw new TypeError("smtp: dkim.privateKey must be an RSA key");
  return key;
}

/** SES writes both anew, also where it is reached by SMTP: signed, the signature would break there. */
const rewrittenBySes = "message-id:date";
const sesHost = /^email-smtp(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/i;

/** Checks how to sign what goes to `host`. */
export function checkDkim(value: unknown, host: string): DkimSettings {
  const given = record("dkim", value, ["domainName", "keySelector", "privateKey", "skipFields"]);
  const standard = sesHost.test(host) ? rewrittenBySes : undefined;
  const skipFields =
    given.skipFields === undefined
      ? standard
      : shaped("dkim.skipFields", given.skipFields, fieldNames, "header names with colons between");
  return Object.freeze({
    domainName: shaped("dkim.domainName", given.domainName, domain, "a domain name"),
    keySelector: shaped("dkim.keySelector", given.keySelector, selector, "a selector (RFC 6376, 3.1)"),
    privateKey: rsaKey(given.privateKey),
    ...(skipFields === undefined ? {} : { skipFields }),
  });
}
