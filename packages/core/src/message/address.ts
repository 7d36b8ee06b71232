import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { InvalidMessage, quote } from "./fields.ts";

/** One mailbox: a bare address and, for people, a name. */
export interface Address {
  /**
   * `local@domain`. An international domain stands in its `xn--` form. A local part outside ASCII stays as it is, and
   * needs a provider that takes such addresses (RFC 6531).
   */
  readonly address: string;
  readonly name?: string;
}

// What stands left of the @ without quotes: atoms and dots (RFC 5321, 4.1.2), and letters of any script (RFC 6531, 3.3).
// Dots may stand anywhere: docomo gave such addresses out, and its servers take them as they are.
const unquoted = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u00a1-\u{10ffff}-]+$/u;
const quotedContent = /^(?:[^"\\]|\\.)*$/u;
const dotAtom = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
// `_` is no letter of a host name, but of names that a resolver finds all the same.
const hostLabels = /^(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}$/;
/** What is invisible or reorders letters makes one address look like another. */
const unseen =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Zs}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/u;
const unseenEnds = new RegExp(`^(?:${unseen.source})+|(?:${unseen.source})+$`, "gu");
/** RFC 5321, 4.5.3.1 wants no limits where there need be none; a header line ends at 998 characters. */
const maxAddressCharacters = 900;

function notAnAddress(field: string, text: string, why = ""): InvalidMessage {
  return new InvalidMessage(field, `${quote(text)} is not an address${why}`);
}

/** RFC 5321, 4.1.3 */
function isLiteral(domain: string): boolean {
  const inside = /^\[(?:(IPv6:)?([0-9A-Fa-f.:]+))\]$/i.exec(domain);
  return inside?.[2] !== undefined && isIP(inside[2]) === (inside[1] === undefined ? 4 : 6);
}

/** A domain as DNS knows it, international ones by UTS 46; `undefined` if it is none. */
function asciiDomain(written: string): string | undefined {
  if (isLiteral(written)) return written;
  const domain = written.endsWith(".") ? written.slice(0, -1) : written;
  if (/^[\x21-\x7e]*$/.test(domain)) return isHost(domain) ? domain : undefined;
  // What is not for a host name would end it in a URL, and another domain would be left.
  if (/[^A-Za-z0-9._\u0080-\u{10ffff}-]/u.test(domain)) return undefined;
  const ascii = domainToASCII(domain);
  // A name that turns out to be an IP address was written to look like something else.
  return isHost(ascii) && isIP(ascii) === 0 ? ascii : undefined;
}

const isHost = (domain: string): boolean => domain.length <= 253 && hostLabels.test(domain);

/** A local part as it is sent: quotes that need not be there are left out. */
function localPart(written: string): string | undefined {
  if (!written.startsWith('"')) return unquoted.test(written) && !unseen.test(written) ? written : undefined;
  const inside = written.length > 1 && written.endsWith('"') ? written.slice(1, -1) : undefined;
  if (inside === undefined || !quotedContent.test(inside) || unseen.test(inside.replaceAll(" ", ""))) {
    return undefined;
  }
  const content = inside.replace(/\\(.)/gu, "$1");
  return dotAtom.test(content) ? content : `"${content.replace(/["\\]/g, "\\$&")}"`;
}

/** Where the domain begins: behind the last @, or behind the one before a literal. */
function atSign(text: string): number {
  const literal = /@\[[^\]@[]*\]$/.exec(text);
  return literal === null ? text.lastIndexOf("@") : literal.index;
}

function tooLong(field: string, { length }: string): InvalidMessage {
  const fault = `has ${length} characters; at most ${maxAddressCharacters} are allowed in an address`;
  return new InvalidMessage(field, fault);
}

/** The bare address `text`, or an `InvalidMessage` that says what is wrong with it. */
export function bareAddress(field: string, text: string): string {
  if (text.length > 4 * maxAddressCharacters) throw tooLong(field, text);
  // Copied addresses bring marks along at their ends (Windows puts U+202A there): they belong to no address.
  const trimmed = text.replace(unseenEnds, "");
  if (trimmed.length > maxAddressCharacters) {
    throw tooLong(field, trimmed);
  }
  if (!trimmed.isWellFormed())
    throw new InvalidMessage(field, "contains half a character (a lone surrogate)");
  const at = atSign(trimmed);
  if (at < 0) throw notAnAddress(field, trimmed, ": it has no @");
  const domain = asciiDomain(trimmed.slice(at + 1));
  if (domain === undefined)
    throw notAnAddress(field, trimmed, `: ${quote(trimmed.slice(at + 1))} is not a domain name`);
  const left = localPart(trimmed.slice(0, at));
  if (left === undefined) {
    const why = unseen.test(trimmed) ? ": it holds a blank or a character that nobody sees" : "";
    throw notAnAddress(field, trimmed, why);
  }
  return `${left}@${domain}`;
}

/** Whether an address needs a provider that takes internationalised ones (RFC 6531). */
export function needsSmtpUtf8(address: string): boolean {
  return /[^\x20-\x7e]/.test(address);
}

/** Whether a name reads as another address than its own: an @ between two words without blanks. */
export function readsAsAddress(name: string, address: string): boolean {
  const found = /[^\s"'(<]+@[^\s"')>]+/.exec(name)?.[0];
  return found !== undefined && found.toLowerCase() !== address.toLowerCase();
}

/** Whether a name holds another address in brackets: some reader, or some server on the way, would take it for one. */
export function hidesAddress(name: string, address: string): boolean {
  const found = /<([^<>]*@[^<>]*)>?/.exec(name)?.[1]?.trim();
  return found !== undefined && found.toLowerCase() !== address.toLowerCase();
}

/** The form in which two addresses are the same mailbox: domains do not know upper case, local parts do. */
export function mailboxKey(address: string): string {
  const at = address.lastIndexOf("@");
  return address.slice(0, at) + address.slice(at).toLowerCase();
}
