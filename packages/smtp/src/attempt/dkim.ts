import { createHash, type KeyObject, sign as signWith } from "node:crypto";
import { promisify } from "node:util";
import type { DkimSettings } from "../options/dkim-options.ts";

/**
 * The bytes with a DKIM-Signature on top (RFC 6376) for each key of the domain that `from`, an address, is aligned
 * with. Rejects with code `EDKIM` if they cannot be signed.
 */
export type Sign = (bytes: Buffer, from: string) => Promise<Buffer>;

/** Signs with these settings; each buffer once, however often it is asked for. */
export function dkimSigner(settings: readonly DkimSettings[]): Sign {
  const signed = new WeakMap<Buffer, Promise<Buffer>>();
  return (bytes, from) => {
    const known = signed.get(bytes);
    if (known !== undefined) return known;
    const signing = sign(bytes, keysFor(settings, from));
    signed.set(bytes, signing);
    signing.catch(() => signed.delete(bytes));
    return signing;
  };
}

/** How well a signature by `domainName` suits a sender at `host`: DMARC wants the same domain, above or below. */
function alignment(domainName: string, host: string): number {
  if (domainName === host) return Number.POSITIVE_INFINITY;
  if (host.endsWith(`.${domainName}`)) return domainName.length;
  return domainName.endsWith(`.${host}`) ? 0 : -1;
}

/** The keys that sign for a sender: all of the domain nearest to it, or else of the first domain. */
function keysFor(keys: readonly DkimSettings[], from: string): readonly DkimSettings[] {
  const host = from.slice(from.lastIndexOf("@") + 1).toLowerCase();
  let nearest = keys[0]?.domainName;
  let best = -1;
  for (const { domainName } of keys) {
    const aligned = alignment(domainName, host);
    if (aligned > best) [nearest, best] = [domainName, aligned];
  }
  return keys.filter(({ domainName }) => domainName === nearest);
}

async function sign(bytes: Buffer, keys: readonly DkimSettings[]): Promise<Buffer> {
  const message = relaxed(bytes);
  try {
    const signatures = await Promise.all(keys.map((key) => dkimSignature(message, key)));
    return Buffer.concat([Buffer.from(signatures.join(""), "latin1"), bytes]);
  } catch {
    throw Object.assign(new Error("the message could not be signed"), { code: "EDKIM" });
  }
}

const signAsync = promisify(signWith);
const sha256 = (text: string): Buffer => createHash("sha256").update(text, "latin1").digest();

/**
 * The names in `h=`: one as often as there are headers of it, and From once more than that, so that no one can put
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
      ? await signAsync(null, sha256(input), key)
      : await signAsync("sha256", Buffer.from(input, "latin1"), key);
  return made.toString("base64");
}

/** A DKIM-Signature header with the line break at its end, for `domainName` and by one key. */
async function dkimSignature(
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

// The relaxed canonicalization of headers and bodies (RFC 6376, 3.4.2 and 3.4.4), over latin1: a character is a byte.

/** A header of a message: its name in lower case, and its line as it is hashed. */
interface RelaxedHeader {
  readonly name: string;
  readonly line: string;
}

const blanks = /[ \t]+/g;

/** One header, unfolded, with single blanks, none of them at the ends or around the colon. */
export function relaxedHeader(header: string): RelaxedHeader {
  const colon = header.indexOf(":");
  const name = header.slice(0, colon).replace(blanks, " ").trimEnd().toLowerCase();
  const value = header
    .slice(colon + 1)
    .replaceAll("\r\n", "")
    .replace(blanks, " ")
    // Not `trim`, which would take a byte of UTF-8 for a blank.
    .replace(/^ | $/g, "");
  return { name, line: `${name}:${value}` };
}

/** A body with single blanks, none at the end of a line, and no empty lines at its end. */
export function relaxedBody(body: string): string {
  // Two steps: one pattern for both would be slow on long runs of blanks.
  const text = body.replace(blanks, " ").replaceAll(" \r\n", "\r\n");
  let end = text.endsWith(" ") ? text.length - 1 : text.length;
  while (end >= 2 && text.startsWith("\r\n", end - 2)) end -= 2;
  return end === 0 ? "" : `${text.slice(0, end)}\r\n`;
}

/** A message, relaxed: its headers from the top, and its body. */
interface RelaxedMessage {
  readonly headers: readonly RelaxedHeader[];
  readonly body: string;
}

export function relaxed(bytes: Buffer): RelaxedMessage {
  const read = bytes.toString("latin1");
  // nodemailer turns a bare CR or LF into CRLF, so that is what is signed.
  const text = /\r(?!\n)|(?<!\r)\n/.test(read) ? read.replace(/\r\n?|\n/g, "\r\n") : read;
  // An empty line at the very top ends a header of no lines.
  const end = `\r\n${text}`.indexOf("\r\n\r\n");
  const head = end < 0 ? text : text.slice(0, end);
  const lines = head.split(/\r\n(?![ \t])/).filter((line) => line.includes(":"));
  return { headers: lines.map(relaxedHeader), body: relaxedBody(end < 0 ? "" : text.slice(end + 2)) };
}
