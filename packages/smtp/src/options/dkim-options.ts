import type { KeyObject } from "node:crypto";
import { domainToASCII } from "node:url";
import { option } from "@relais/core/spi";
import { privateKey } from "./private-key.ts";

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

const domainName = option.shaped(domainShape, "a domain name");
const headerNames = option.map(option.shaped(namesShape, "header names with colons between"), (written) =>
  written
    .toLowerCase()
    .split(":")
    .map((name) => name.trim()),
);

const dkimFields = {
  /** The domain that signs. */
  domainName: option.required(
    option.map(option.text, (written) => {
      // As in DNS: an international domain in its xn-- form (RFC 8616).
      const ascii = /[^\x20-\x7e]/.test(written) ? domainToASCII(written) || written : written;
      return domainName.read(ascii).toLowerCase();
    }),
  ),
  /** Which of its keys: the label before `._domainkey`. */
  keySelector: option.required(option.shaped(selectorShape, "a selector (RFC 6376, 3.1)")),
  /** An RSA or an Ed25519 key, PEM. */
  privateKey: option.required(option.map(option.secret, signingKey)),
  /**
   * Names of the headers that are signed, separated by colons; From always is. @defaultValue what RFC 6376, 5.4.1
   * recommends, List-Unsubscribe-Post (RFC 8058), Sender, Message-ID, MIME-Version and Content-*
   */
  headerFieldNames: headerNames,
  /** Names of further headers that are signed, separated by colons. @defaultValue none */
  extraFields: headerNames,
  /** Header names that are not signed, separated by colons. @defaultValue none; `message-id:date` where SES is the server */
  skipFields: headerNames,
};

/** A key that signs (RFC 6376, rsa-sha256; RFC 8463, ed25519-sha256; relaxed/relaxed). */
export interface SmtpDkim
  extends option.RequiredOptions<typeof dkimFields>,
    option.OptionalOptions<typeof dkimFields> {}

export interface CheckedKey extends option.Checked<typeof dkimFields> {}

const dkimKey: option.Field<SmtpDkim, CheckedKey> = option.record(dkimFields);
const dkimKeys = option.list(dkimKey);

/** One key, or a list; which headers they sign depends on the host. */
export const dkim = option.either([dkimKey, dkimKeys], (value) => {
  if (Array.isArray(value)) return dkimKeys;
  return typeof value === "object" ? dkimKey : undefined;
});

/** One key. */
export interface DkimSettings {
  /** In lower case, ASCII. */
  readonly domainName: string;
  readonly keySelector: string;
  readonly privateKey: KeyObject;
  /** The headers to sign, where a message has them: names in lower case, each once. */
  readonly fields: readonly string[];
}

/**
 * How to sign what goes to `host`.
 * @throws {TypeError} one sentence about keys that do not go together, or headers that cannot be signed
 */
export function dkimSettings(
  keys: CheckedKey | readonly CheckedKey[] = [],
  host: string,
): readonly DkimSettings[] {
  if ("domainName" in keys) return Object.freeze([keySettings("dkim", keys, host)]);
  for (const [i, { domainName, keySelector }] of keys.entries()) {
    const same = keys.findIndex((one) => one.domainName === domainName && one.keySelector === keySelector);
    if (same < i) throw new TypeError(`smtp: dkim[${i}] has the domainName and keySelector of dkim[${same}]`);
  }
  return Object.freeze(keys.map((key, i) => keySettings(`dkim[${i}]`, key, host)));
}

function keySettings(name: string, key: CheckedKey, host: string): DkimSettings {
  const { domainName, keySelector, privateKey, headerFieldNames = standardFields, extraFields = [] } = key;
  const { skipFields = sesHost.test(host) ? rewrittenBySes : [] } = key;
  // From is always signed: without it no signature is valid (RFC 6376, 5.4).
  if (skipFields.includes("from"))
    throw new TypeError(
      `smtp: ${name}.skipFields must not have From, which is always signed (RFC 6376, 5.4)`,
    );
  const chosen = ["from", ...headerFieldNames, ...extraFields];
  const fields = [...new Set(chosen.filter((one) => !skipFields.includes(one)))];
  const changing = changingFields.find((one) => fields.includes(one));
  if (changing !== undefined)
    throw new TypeError(`smtp: ${name} must not sign ${changing}, which changes on the way`);
  return Object.freeze({ domainName, keySelector, privateKey, fields: Object.freeze(fields) });
}

function signingKey(pem: string): KeyObject {
  const key = privateKey(pem);
  if (key.asymmetricKeyType === "ed25519") return key;
  if (key.asymmetricKeyType !== "rsa") throw new TypeError("must be an RSA or an Ed25519 key");
  // RFC 8301, 3.2: receivers take a signature by a shorter one for invalid.
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < 1_024)
    throw new TypeError("must have 1024 bits or more");
  return key;
}
