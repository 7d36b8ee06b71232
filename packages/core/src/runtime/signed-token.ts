import { createHmac, timingSafeEqual } from "node:crypto";

/** The shortest secret that a token may be signed with, in characters. */
export const minSecretCharacters = 16;

function macOf(purpose: string, content: Uint8Array, secret: string, bytes: number): Buffer {
  return createHmac("sha256", secret).update(`${purpose}\0`).update(content).digest().subarray(0, bytes);
}

/**
 * Content with a code behind it that only who has the secret can make (HMAC-SHA-256, cut to `macBytes`). It is not
 * encrypted.
 * @param purpose what the token is for: one of another purpose is none
 */
export function signToken(purpose: string, content: Uint8Array, secret: string, macBytes: number): Buffer {
  return Buffer.concat([content, macOf(purpose, content, secret, macBytes)]);
}

/**
 * The content of a token that one of these secrets signed; `undefined` if none did. The time it takes does not depend on
 * which byte is wrong.
 */
export function openToken(
  purpose: string,
  token: Uint8Array,
  secrets: readonly string[],
  macBytes: number,
): Buffer | undefined {
  if (token.length <= macBytes) return undefined;
  const content = Buffer.from(token.subarray(0, token.length - macBytes));
  const mac = token.subarray(token.length - macBytes);
  let isGenuine = false;
  for (const secret of secrets)
    if (timingSafeEqual(mac, macOf(purpose, content, secret, macBytes))) isGenuine = true;
  return isGenuine ? content : undefined;
}
