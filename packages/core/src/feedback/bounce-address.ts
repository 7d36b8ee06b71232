import { createHash } from "node:crypto";
import { openToken, signToken } from "../runtime/signed-token.ts";
import { suppressionKey } from "./suppression.ts";

// Variable envelope return paths: the address that bounces go to says which message they are about, since reports often
// say neither that nor the address that the mail was sent to.

const purpose = "bounce-address";
const macBytes = 10;
const idBytes = 16;
const recipientBytes = 4;

const digest = (text: string, bytes: number): Buffer =>
  createHash("sha256").update(text).digest().subarray(0, bytes);
const recipientDigest = (address: string): Buffer => digest(suppressionKey(address), recipientBytes);
/** Of a transaction with several recipients: the token is about any of them. */
const anyRecipient = Buffer.alloc(recipientBytes);

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What kind of id a token holds: a UUID, or a digest of any other text. */
const ofUuid = 1;
const ofDigest = 2;

/** Local parts may come back in other case, so that base64 cannot be used. */
const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

function base32(bytes: Uint8Array): string {
  let bits = 0;
  let value = 0;
  let text = "";
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(value >> (bits - 5)) & 31];
  }
  return bits === 0 ? text : text + alphabet[(value << (5 - bits)) & 31];
}

/** The bytes of a text that `base32` made; `undefined` if it did not. */
function fromBase32(text: string): Buffer | undefined {
  const lower = text.toLowerCase();
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of lower) {
    const at = alphabet.indexOf(character);
    if (at < 0) return undefined;
    value = ((value << 5) | at) & 0xffff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 255);
    }
  }
  const read = Buffer.from(bytes);
  return base32(read) === lower ? read : undefined;
}

const tokenBytes = 1 + idBytes + recipientBytes + macBytes;
/** RFC 5321, 4.5.3.1.1: 64 characters for a local part; what the token and the plus sign leave of them. */
export const maxBounceLocalPart: number = 64 - Math.ceil((tokenBytes * 8) / 5) - 1;

/**
 * The return path of a message: `bounces+<token>@example.org` for the address `bounces@example.org`.
 * @param address its local part has `maxBounceLocalPart` characters at most
 * @param id `Message.id`
 * @param recipients those of the transaction; a single one is part of the token
 */
export function bounceAddress(
  address: string,
  id: string,
  recipients: readonly string[],
  secret: string,
): string {
  const at = address.lastIndexOf("@");
  const [only] = recipients;
  const isUuid = uuidForm.test(id);
  const content = Buffer.concat([
    Buffer.from([isUuid ? ofUuid : ofDigest]),
    isUuid ? Buffer.from(id.replaceAll("-", ""), "hex") : digest(id, idBytes),
    only === undefined || recipients.length > 1 ? anyRecipient : recipientDigest(only),
  ]);
  const token = base32(signToken(purpose, content, secret, macBytes));
  return `${address.slice(0, at)}+${token}${address.slice(at)}`;
}

/** What a return path says of a message. */
export interface BounceToken {
  /** `Message.id`, where that is a UUID. */
  readonly message?: string | undefined;
  /** Whether the message has this id. */
  isOf(id: string): boolean;
  /** Whether the token is about this recipient; it may be about any where the transaction had several. */
  isAbout(recipient: string): boolean;
}

/**
 * What an address says that `bounceAddress` made of `address` with one of these secrets: `"forged"` if it has a token
 * that is none, `undefined` if it is another address.
 */
export function readBounceAddress(
  text: string,
  address: string,
  secrets: readonly string[],
): BounceToken | "forged" | undefined {
  const at = address.lastIndexOf("@");
  const [local, domain] = [`${address.slice(0, at)}+`, address.slice(at)].map((one) => one.toLowerCase());
  const lower = text.trim().toLowerCase();
  if (local === undefined || domain === undefined || !lower.startsWith(local) || !lower.endsWith(domain))
    return undefined;
  const bytes = fromBase32(lower.slice(local.length, -domain.length));
  if (bytes?.length !== tokenBytes) return "forged";
  const content = openToken(purpose, bytes, secrets, macBytes);
  if (content === undefined) return "forged";
  const kind = content[0];
  const id = content.subarray(1, 1 + idBytes);
  const recipient = content.subarray(1 + idBytes);
  const hex = id.toString("hex");
  const message =
    kind === ofUuid ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5") : undefined;
  return {
    ...(message === undefined ? {} : { message }),
    isOf: (other) => (message === undefined ? digest(other, idBytes).equals(id) : other === message),
    isAbout: (other) => recipient.equals(anyRecipient) || recipientDigest(other).equals(recipient),
  };
}
