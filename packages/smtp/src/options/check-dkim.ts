import { createPrivateKey, type KeyObject } from "node:crypto";
import { domainToASCII } from "node:url";
import { record, secret, shaped, text } from "./check-field.ts";

/** One key. */
export interface DkimSettings {
  /** In lower case, ASCII. */
  readonly domainName: string;
  readonly keySelector: string;
  readonly privateKey: KeyObject;
  /** The headers to sign, where a message has them: names in lower case, each once. */
  readonly fields: readonly string[];
}

const domain = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z0-9-]{2,63}$/;
const selector = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const fieldNames = /^[\w!#$%&'*+.^`|~-]+(?:[ \t]*:[ \t]*[\w!#$%&'*+.^`|~-]+)*$/;

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

/** Checks how to sign what goes to `host`; nothing where there is no key. */
export function checkDkim(value: unknown, host: string): readonly DkimSettings[] {
  if (!Array.isArray(value)) return Object.freeze([checkKey("dkim", value, host)]);
  const all = value.map((key, i) => checkKey(`dkim[${i}]`, key, host));
  for (const [i, { domainName, keySelector }] of all.entries()) {
    const same = all.findIndex((one) => one.domainName === domainName && one.keySelector === keySelector);
    if (same < i) throw new TypeError(`smtp: dkim[${i}] has the domainName and keySelector of dkim[${same}]`);
  }
  return Object.freeze(all);
}

function signingKey(field: string, value: unknown): KeyObject {
  const pem = secret(field, value);
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    const hint = pem.includes("\\n") ? ": it has \\n as two characters where a line ends" : "";
    throw new TypeError(`smtp: ${field} is not a private key in PEM${hint}`);
  }
  if (key.asymmetricKeyType === "ed25519") return key;
  if (key.asymmetricKeyType !== "rsa") throw new TypeError(`smtp: ${field} must be an RSA or an Ed25519 key`);
  // RFC 8301, 3.2: receivers take a signature by a shorter one for invalid.
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < 1_024) {
    throw new TypeError(`smtp: ${field} must have 1024 bits or more`);
  }
  return key;
}

function names(field: string, value: unknown): string[] | undefined {
  if (value === undefined) return undefined;
  return shaped(field, value, fieldNames, "header names with colons between")
    .toLowerCase()
    .split(":")
    .map((name) => name.trim());
}

/** The names of the headers to sign. From is always one: without it no signature is valid (RFC 6376, 5.4). */
function signedFields(field: string, options: Record<string, unknown>, host: string): readonly string[] {
  const chosen = names(`${field}.headerFieldNames`, options.headerFieldNames) ?? standardFields;
  const extra = names(`${field}.extraFields`, options.extraFields) ?? [];
  const skipped =
    names(`${field}.skipFields`, options.skipFields) ?? (sesHost.test(host) ? rewrittenBySes : []);
  if (skipped.includes("from")) {
    throw new TypeError(
      `smtp: ${field}.skipFields must not have From, which is always signed (RFC 6376, 5.4)`,
    );
  }
  const fields = new Set(["from", ...chosen, ...extra].filter((name) => !skipped.includes(name)));
  const changing = changingFields.find((name) => fields.has(name));
  if (changing !== undefined) {
    throw new TypeError(`smtp: ${field} must not sign ${changing}, which changes on the way`);
  }
  return Object.freeze([...fields]);
}

function checkKey(field: string, value: unknown, host: string): DkimSettings {
  const options = record(field, value, [
    "domainName",
    "keySelector",
    "privateKey",
    "headerFieldNames",
    "extraFields",
    "skipFields",
  ]);
  // As in DNS: an international domain in its xn-- form (RFC 8616).
  const written = text(`${field}.domainName`, options.domainName);
  const ascii = /[^\x20-\x7e]/.test(written) ? domainToASCII(written) || written : written;
  return Object.freeze({
    domainName: shaped(`${field}.domainName`, ascii, domain, "a domain name").toLowerCase(),
    keySelector: shaped(`${field}.keySelector`, options.keySelector, selector, "a selector (RFC 6376, 3.1)"),
    privateKey: signingKey(`${field}.privateKey`, options.privateKey),
    fields: signedFields(field, options, host),
  });
}
