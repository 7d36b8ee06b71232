import { createPrivateKey, type KeyObject } from "node:crypto";
import { domainToASCII } from "node:url";
import {
  checkShape,
  type Field,
  fault,
  record,
  required,
  secretWith,
  shaped,
  textWith,
  unchecked,
} from "./field.ts";

/** One key. */
export interface DkimSettings {
  /** In lower case, ASCII. */
  readonly domainName: string;
  readonly keySelector: string;
  readonly privateKey: KeyObject;
  /** The headers to sign, where a message has them: names in lower case, each once. */
  readonly fields: readonly string[];
}

const domainShape = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z0-9-]{2,63}$/;
const selectorShape = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const namesShape = /^[\w!#$%&'*+.^`|~-]+(?:[ \t]*:[ \t]*[\w!#$%&'*+.^`|~-]+)*$/;

/** SES writes both anew, also where it is reached by SMTP: signed, the signature would break there. */
const rewrittenBySes = ["message-id", "date"];
const sesHost = /^email-smtp(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/i;

/**
 * What is signed by default, where a message has it: what RFC 6376, 5.4.1 recommends; List-Unsubscribe-Post, which RFC
 * 8058, 4 wants signed, or mail programs show no button; and who wrote, which message it is, and how the body is read.
 */
const standardFields: readonly string[] = [
  "from reply-to subject date to cc resent-date resent-from resent-to resent-cc in-reply-to references",
  "list-id list-help list-unsubscribe list-subscribe list-post list-owner list-archive list-unsubscribe-post",
  "sender resent-sender resent-message-id message-id mime-version content-type content-transfer-encoding",
  "content-id content-description content-disposition content-language",
].flatMap((names) => names.split(" "));

/** What changes on the way, or is written there: no receiver would find a signature over it valid (RFC 6376, 5.4). */
const changingFields: readonly string[] = ["return-path", "received", "dkim-signature"];

const noString = "must be a string, got nothing";
const headerNames: Field<readonly string[]> = textWith((field, written) =>
  checkShape(field, written, namesShape, "header names with colons between")
    .toLowerCase()
    .split(":")
    .map((name) => name.trim()),
);

const dkimKey = record({
  domainName: required(textWith(checkDomain), noString),
  keySelector: required(shaped(selectorShape, "a selector (RFC 6376, 3.1)"), noString),
  privateKey: required(secretWith(checkSigningKey), noString),
  headerFieldNames: headerNames,
  extraFields: headerNames,
  skipFields: headerNames,
});

/** The keys that sign; which headers they sign depends on the host. */
export const dkim: Field = unchecked((zod) =>
  zod.union([dkimKey.schema(zod), zod.array(dkimKey.schema(zod))]),
);

/** Checks how to sign what goes to `host`; nothing where there is no key. */
export function checkDkim(value: unknown, host: string): readonly DkimSettings[] {
  if (!Array.isArray(value)) return Object.freeze([checkKey("dkim", value, host)]);
  const keys = value.map((key, i) => checkKey(`dkim[${i}]`, key, host));
  for (const [i, { domainName, keySelector }] of keys.entries()) {
    const same = keys.findIndex((one) => one.domainName === domainName && one.keySelector === keySelector);
    if (same < i) throw fault(`dkim[${i}]`, `has the domainName and keySelector of dkim[${same}]`);
  }
  return Object.freeze(keys);
}

function checkKey(field: string, value: unknown, host: string): DkimSettings {
  const { domainName, keySelector, privateKey, ...names } = dkimKey.check(field, value);
  const { headerFieldNames = standardFields, extraFields = [] } = names;
  const { skipFields = sesHost.test(host) ? rewrittenBySes : [] } = names;
  // From is always signed: without it no signature is valid (RFC 6376, 5.4).
  if (skipFields.includes("from")) {
    throw fault(`${field}.skipFields`, "must not have From, which is always signed (RFC 6376, 5.4)");
  }
  const chosen = ["from", ...headerFieldNames, ...extraFields];
  const fields = [...new Set(chosen.filter((name) => !skipFields.includes(name)))];
  const changing = changingFields.find((name) => fields.includes(name));
  if (changing !== undefined) throw fault(field, `must not sign ${changing}, which changes on the way`);
  return Object.freeze({ domainName, keySelector, privateKey, fields: Object.freeze(fields) });
}

function checkDomain(field: string, written: string): string {
  // As in DNS: an international domain in its xn-- form (RFC 8616).
  const ascii = /[^\x20-\x7e]/.test(written) ? domainToASCII(written) || written : written;
  return checkShape(field, ascii, domainShape, "a domain name").toLowerCase();
}

function checkSigningKey(field: string, pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    const hint = pem.includes("\\n") ? ": it has \\n as two characters where a line ends" : "";
    throw fault(field, `is not a private key in PEM${hint}`);
  }
  if (key.asymmetricKeyType === "ed25519") return key;
  if (key.asymmetricKeyType !== "rsa") throw fault(field, "must be an RSA or an Ed25519 key");
  // RFC 8301, 3.2: receivers take a signature by a shorter one for invalid.
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < 1_024)
    throw fault(field, "must have 1024 bits or more");
  return key;
}
