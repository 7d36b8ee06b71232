import type { Address } from "@relais/core/spi";
import { addressText } from "./address-text.ts";

/** What could be taken for something else than a name, outside quotes. */
const special = /[()<>[\]:;@\\,"]/;
/** An encoded word has 75 characters at most (RFC 2047, 2), which leaves this many bytes. */
const maxBytes = 45;

function encodedWords(name: string): string {
  const words: string[] = [];
  let part = "";
  for (const character of name.toWellFormed()) {
    if (Buffer.byteLength(part + character) > maxBytes) {
      words.push(part);
      part = "";
    }
    part += character;
  }
  return [...words, part].map((one) => `=?utf-8?B?${Buffer.from(one).toString("base64")}?=`).join(" ");
}

/**
 * `Ann Lee <ann@example.com>`. Resend has been seen to refuse names in quotes: those that need them are encoded words
 * here, which it takes everywhere but in From.
 * @see https://github.com/anymail/django-anymail/blob/main/anymail/backends/resend.py
 */
export function resendAddress({ address, name }: Address): string {
  if (name === undefined) return address;
  return `${special.test(name) ? encodedWords(name) : name} <${address}>`;
}

/** The same for From, where an encoded word is refused as an attack, and a name that needs quotes has them. */
export function resendFrom(from: Address): string {
  return from.name !== undefined && special.test(from.name) ? addressText(from) : resendAddress(from);
}
