import { type Address, bareAddress, mailboxKey } from "./address.ts";
import { addressList } from "./address-list.ts";
import type { Envelope } from "./envelope.ts";
import { InvalidMessage } from "./invalid-message.ts";
import type { Limits } from "./limits.ts";
import { ownFields } from "./own-fields.ts";
import { headerText } from "./text-field.ts";

const fields = new Set(["from", "to"]);

function eachOnce(addresses: readonly string[]): readonly string[] {
  const seen = new Map<string, string>();
  for (const address of addresses) {
    const key = mailboxKey(address);
    if (!seen.has(key)) seen.set(key, address);
  }
  return Object.freeze([...seen.values()]);
}

/** The envelope that is given, or the one that the headers imply. */
export function envelopeField(
  value: unknown,
  sender: Address,
  everybody: readonly Address[],
  limits: Limits,
): Envelope {
  const given: { from?: unknown; to?: unknown } =
    value === undefined
      ? {}
      : ownFields<{ from: unknown; to: unknown }>("envelope", value, fields, "an envelope");
  let from = sender.address;
  if (given.from !== undefined) {
    const written = headerText("envelope.from", given.from, 320);
    from = written === "" ? "" : bareAddress("envelope.from", written);
  }
  const listed = given.to === undefined ? everybody : addressList("envelope.to", given.to);
  const to = eachOnce(listed.map((entry) => entry.address));
  if (to.length === 0) {
    throw new InvalidMessage(given.to === undefined ? "to" : "envelope.to", "there is no recipient");
  }
  if (to.length > limits.maxRecipients) {
    const fault = `has ${to.length} recipients; at most ${limits.maxRecipients} are allowed`;
    throw new InvalidMessage("to", fault);
  }
  return Object.freeze({ from, to });
}
