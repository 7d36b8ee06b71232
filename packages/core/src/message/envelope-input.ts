import { type Address, bareAddress, mailboxKey } from "./address.ts";
import { type AddressInput, addressList } from "./address-list.ts";
import type { Envelope } from "./envelope.ts";
import { isAbsent } from "./fields.ts";
import { InvalidMessage } from "./invalid-message.ts";
import type { Limits } from "./limits.ts";
import { ownFields } from "./own-fields.ts";

/** Whom to tell the server, instead of what the headers say. Fields are named as in nodemailer. */
export interface EnvelopeInput {
  /** A bare address; `""` is the null sender. */
  readonly from?: AddressInput | null | undefined;
  readonly to?: AddressInput | null | undefined;
  readonly cc?: AddressInput | null | undefined;
  readonly bcc?: AddressInput | null | undefined;
}

const fields = new Set(["from", "to", "cc", "bcc"]);
type Given = Record<"from" | "to" | "cc" | "bcc", unknown>;

function eachOnce(addresses: readonly string[]): readonly string[] {
  const seen = new Map<string, string>();
  for (const address of addresses) {
    const key = mailboxKey(address);
    if (!seen.has(key)) seen.set(key, address);
  }
  return Object.freeze([...seen.values()]);
}

function envelopeSender(value: unknown): string {
  if (typeof value === "string" && /^\s*(?:<\s*>)?\s*$/.test(value)) return "";
  const [first, ...more] = addressList("envelope.from", value);
  if (first === undefined) return "";
  if (more.length > 0) throw new InvalidMessage("envelope.from", "must be one address");
  return bareAddress("envelope.from", first.address);
}

/** The envelope that is given, or the one that the headers imply. */
export function envelopeField(
  value: unknown,
  sender: Address,
  everybody: readonly Address[],
  limits: Limits,
): Envelope {
  const given = isAbsent(value) ? undefined : ownFields<Given>("envelope", value, fields, "an envelope");
  const from = given?.from === undefined ? sender.address : envelopeSender(given.from);
  const listed =
    given === undefined
      ? everybody
      : (["to", "cc", "bcc"] as const).flatMap((name) => addressList(`envelope.${name}`, given[name]));
  const own = given !== undefined && (!isAbsent(given.to) || listed.length > 0);
  const to = eachOnce((own ? listed : everybody).map((entry) => entry.address));
  if (to.length === 0) {
    throw new InvalidMessage(own ? "envelope.to" : "to", "there is no recipient");
  }
  if (to.length > limits.maxRecipients) {
    const fault = `has ${to.length} recipients; at most ${limits.maxRecipients} are allowed`;
    throw new InvalidMessage("to", fault);
  }
  return Object.freeze({ from, to });
}
