import { createHash, type KeyObject, sign as signWith } from "node:crypto";
import { promisify } from "node:util";
import type { DkimSettings } from "../options/settings.ts";
import { type RelaxedHeader, type RelaxedMessage, relaxedHeader } from "./relaxed.ts";

const signing = promisify(signWith);
const sha256 = (text: string): Buffer => createHash("sha256").update(text, "latin1").digest();

/**
 * The names in `h=`: one as often as there are headers of it, and From once more than that, so that nobody can put
 * another From on top (RFC 6376, 8.15).
 */
function signedNames(headers: readonly RelaxedHeader[], fields: readonly string[]): string[] {
  return fields.flatMap((field) => {
    const there = headers.filter(({ name }) => name === field).map(({ name }) => name);
    return field === "from" ? [...there, field] : there;
  });
}

/** The headers behind those names, from the bottom up (5.4.2); nothing for one that is not there. */
function signedHeaders(headers: readonly RelaxedHeader[], names: readonly string[]): string {
  const left = headers.toReversed();
  return names
    .flatMap((wanted) => {
      const at = left.findIndex(({ name }) => name === wanted);
      return at < 0 ? [] : left.splice(at, 1);
    })
    .map(({ line }) => `${line}\r\n`)
    .join("");
}

/** Parts that stay whole, in lines of up to 76 characters, the first of which goes on after `begun`. */
function folded(parts: readonly string[], begun: string): string {
  let line = begun;
  let text = begun;
  for (const part of parts) {
    const fits = line.length + part.length <= 76;
    line = fits ? line + part : ` ${part}`;
    text += fits ? part : `\r\n ${part}`;
  }
  return text;
}

/** Ed25519 signs the hash of what RSA signs (RFC 8463, 3). */
async function signatureOf(key: KeyObject, input: string): Promise<string> {
  const made =
    key.asymmetricKeyType === "ed25519"
      ? await signing(null, sha256(input), key)
      : await signing("sha256", Buffer.from(input, "latin1"), key);
  return made.toString("base64");
}

/** A DKIM-Signature header with the line break at its end, for `domainName` and by one key. */
export async function dkimSignature(
  { headers, body }: RelaxedMessage,
  { domainName, keySelector, privateKey, fields }: DkimSettings,
): Promise<string> {
  const names = signedNames(headers, fields);
  const algorithm = privateKey.asymmetricKeyType === "ed25519" ? "ed25519-sha256" : "rsa-sha256";
  const list = names.map((name, i) => (i === names.length - 1 ? `${name};` : `${name}:`));
  const unsigned = [
    `DKIM-Signature: v=1; a=${algorithm}; c=relaxed/relaxed;`,
    ` d=${domainName}; s=${keySelector};`,
    ` bh=${sha256(body).toString("base64")};`,
    folded(list, " h="),
    " b=",
  ].join("\r\n");
  const signature = await signatureOf(
    privateKey,
    signedHeaders(headers, names) + relaxedHeader(unsigned).line,
  );
  return `${unsigned}${(signature.match(/.{1,72}/g) ?? []).join("\r\n ")}\r\n`;
}
