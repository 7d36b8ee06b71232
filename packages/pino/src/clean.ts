import { redactor } from "@relais/core/spi";

// Bounded, so that no text makes it slow. A quoted local part, an address literal and `%40` are among what servers say.
const address =
  /<?(?:"[^"\r\n]{1,64}"|[^\s<>()[\],;:"@]{1,64})(?:@|%40)(?:\[[^\]\s]{1,64}\]|[\p{L}\p{N}._-]{1,253})>?/giu;
const quoted = /"(?:[^"\\]|\\.)*(?:"|$)/g;
const credentials = redactor([]);

/** Far ends' words without addresses: each becomes `<address>`. What looks like a credential goes too. */
export function clean(text: string): string {
  return credentials(text).replace(address, "<address>");
}

/** Our own words about a message that ended at the door quote its fields: each such value becomes `<value>`. */
export function cleanOwn(text: string): string {
  return clean(text.replace(quoted, "<value>"));
}
