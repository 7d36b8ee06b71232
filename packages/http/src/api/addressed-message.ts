import { createHash } from "node:crypto";
import { type Address, type Envelope, type Message, mailboxKey, withCorrelation } from "@relais/core/spi";
import { parts } from "@relais/mime";

/** A message for one attempt: its recipients are exactly those of the envelope. */
export interface AddressedMessage {
  readonly message: Message;
  /** Never empty: mail APIs want one. */
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  /** For idempotency: the message's id; with a digest of the recipients if the attempt is not for all of them. */
  readonly key: string;
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

function keyOf(message: Message, recipients: readonly string[]): string {
  const all = new Set(message.envelope.to.map(mailboxKey));
  const part = recipients.map(mailboxKey).sort();
  // A vendor takes a key with another content for a mistake, and other recipients are other content.
  const key = part.length === all.size ? message.id : `${message.id}/${digest(part.join(" ")).slice(0, 16)}`;
  return /^[\x21-\x7e]{1,256}$/.test(key) ? key : digest(key);
}

/**
 * The message of one attempt, or a reason why there is none. Who is in no visible field is hidden. Where To is
 * empty then, those in Cc move there; a single hidden recipient does too (no other sees it), several cannot.
 */
export function addressedMessageFor(message: Message, envelope: Envelope): AddressedMessage | string {
  const left = new Map(envelope.to.map((address) => [mailboxKey(address), address]));
  const among = (list: readonly Address[]): Address[] =>
    list.flatMap((one) => {
      const address = left.get(mailboxKey(one.address));
      left.delete(mailboxKey(one.address));
      if (address === undefined) return [];
      return one.name === undefined ? [{ address }] : [{ address, name: one.name }];
    });
  const to = among(message.to);
  const cc = among(message.cc);
  // Names of hidden recipients are shown to no one.
  const bcc = [...left.values()].map((address) => ({ address }));
  const key = keyOf(message, envelope.to);
  if (to.length > 0) return { message, to, cc, bcc, key };
  if (cc.length > 0) return { message, to: cc, cc: [], bcc, key };
  if (bcc.length === 1) return { message, to: bcc, cc: [], bcc: [], key };
  return bcc.length === 0
    ? "there is no recipient"
    : "all recipients are hidden, and one of them would have to be shown to the others";
}

/**
 * The message with what a whole mail holds in the fields that vendors' APIs have, or a reason why there is none. A vendor
 * writes a mail anew, so that one without a Message-ID gets one here, the same at each try.
 */
export async function withParts(given: Message): Promise<Message | string> {
  const message = withCorrelation(given);
  if (message.raw === undefined) return message;
  const { raw: _, ...header } = message;
  const { from, messageId, id } = header;
  const domain = from.address.slice(from.address.lastIndexOf("@") + 1);
  if (domain === "") return "the mail has no From field, which mail APIs want";
  try {
    const found = await parts(given);
    const key = /^[A-Za-z0-9._-]+$/.test(id) ? id : Buffer.from(id).toString("base64url");
    // A mail without a body is an empty one.
    const empty = found.html === undefined && found.attachments.length === 0 ? { text: "" } : {};
    return { ...header, ...empty, ...found, messageId: messageId || `<${key}@${domain}>` };
  } catch {
    return "the mail's parts cannot be read";
  }
}

/** Errors of vendors have some hundred characters. */
const maxCharacters = 4_000;
const partOfAddress = /[\p{L}\p{N}@._%+-]/u;

function isNamed(address: string, words: string): boolean {
  for (let at = words.indexOf(address); at >= 0; at = words.indexOf(address, at + 1)) {
    const before = words.charAt(at - 1);
    const [next = "", afterNext = ""] = words.slice(at + address.length, at + address.length + 2);
    // A full stop ends a sentence, unless the address goes on behind it.
    const ends = !partOfAddress.test(next) || (next === "." && !partOfAddress.test(afterNext));
    if (ends && !partOfAddress.test(before)) return true;
  }
  return false;
}

/** The recipients of a message whose addresses stand in these words. */
export function addressed(outgoing: AddressedMessage | undefined, words: string | undefined): string[] {
  if (outgoing === undefined || words === undefined) return [];
  const short = words.slice(0, maxCharacters).toLowerCase();
  return [...outgoing.to, ...outgoing.cc, ...outgoing.bcc]
    .map(({ address }) => address)
    .filter((address) => isNamed(address.toLowerCase(), short));
}

/** The recipients in the field that these words name, by the pattern's first group: `to`, `cc` or `bcc`. */
export function inField(
  outgoing: AddressedMessage | undefined,
  field: RegExp,
  words: string | undefined,
): string[] {
  const [, name = ""] = field.exec(words?.slice(0, maxCharacters) ?? "") ?? [];
  const list = outgoing?.[name.toLowerCase() as "to" | "cc" | "bcc"];
  return Array.isArray(list) ? list.map(({ address }: { address: string }) => address) : [];
}
