import { createHash } from "node:crypto";
import { type Address, type Envelope, type Message, mailboxKey } from "@relais/core/spi";

/** A message for one attempt: its recipients are those of the envelope, and nobody else. */
export interface Letter {
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
 * The letter of one attempt, or a reason why there is none. Who is in no visible field is hidden. Where nobody is left
 * in To, those in Cc move there; a single hidden recipient does too (nobody else sees it), several cannot.
 */
export function letterFor(message: Message, envelope: Envelope): Letter | string {
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
  // Names of hidden recipients are of no use to anybody.
  const bcc = [...left.values()].map((address) => ({ address }));
  const key = keyOf(message, envelope.to);
  if (to.length > 0) return { message, to, cc, bcc, key };
  if (cc.length > 0) return { message, to: cc, cc: [], bcc, key };
  if (bcc.length === 1) return { message, to: bcc, cc: [], bcc: [], key };
  return bcc.length === 0
    ? "there is no recipient"
    : "all recipients are hidden, and one of them would have to be shown to the others";
}
