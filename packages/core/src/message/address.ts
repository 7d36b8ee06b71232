import { domainToASCII, domainToUnicode } from "node:url";
import { InvalidMessage } from "./invalid-message.ts";
import { quote } from "./quote.ts";
import { headerText } from "./text-field.ts";

/** One mailbox: a bare address and, for people, a name. */
export interface Address {
  /** `local@domain`, ASCII; an international domain stands in its `xn--` form. */
  readonly address: string;
  readonly name?: string;
}

// A dot-atom on the left and host labels on the right (RFC 5321, 4.1.2), nothing quoted, no literals.
const local = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const domain =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** An international domain as its `xn--` form, if that form leads back to exactly what was written. */
function asciiDomain(field: string, written: string): string {
  const ascii = domainToASCII(written);
  if (ascii === "" || domainToUnicode(ascii) !== written.normalize("NFC").toLowerCase()) {
    throw new InvalidMessage(field, `${quote(written)} is not a domain name`);
  }
  return ascii;
}

/** The bare address `text`, or an `InvalidMessage` that says what is wrong with it. */
export function bareAddress(field: string, text: string): string {
  headerText(field, text, 320);
  const at = text.lastIndexOf("@");
  if (at < 0) throw new InvalidMessage(field, `${quote(text)} is not an address: it has no @`);
  const left = text.slice(0, at);
  let right = text.slice(at + 1);
  if (/[^\x20-\x7e]/.test(right)) right = asciiDomain(field, right);
  if (left.startsWith('"'))
    throw new InvalidMessage(field, `${quote(text)}: quoted addresses are not supported`);
  if (/[^\x20-\x7e]/.test(left)) {
    throw new InvalidMessage(field, `${quote(text)}: only ASCII is allowed before the @`);
  }
  if (left.length > 64) throw new InvalidMessage(field, "has more than 64 characters before the @");
  if (!local.test(left)) throw new InvalidMessage(field, `${quote(text)} is not an address`);
  if (right.length > 253 || !domain.test(right)) {
    throw new InvalidMessage(field, `${quote(text)} is not an address: ${quote(right)} is not a domain name`);
  }
  return `${left}@${right}`;
}

/** A display name. One that looks like an address other than its own is there to deceive. */
export function displayName(field: string, name: string, address: string): string | undefined {
  const shown = headerText(field, name, 256).trim();
  if (shown === "") return undefined;
  if (/\S@\S/.test(shown) && shown.toLowerCase() !== address.toLowerCase()) {
    throw new InvalidMessage(field, `the name ${quote(shown)} looks like another address`);
  }
  return shown;
}

/** The form in which two addresses are the same mailbox: domains do not know upper case, local parts do. */
export function mailboxKey(address: string): string {
  const at = address.lastIndexOf("@");
  return address.slice(0, at) + address.slice(at).toLowerCase();
}
