// Bounded, so that no text makes it slow. A quoted local part, an address literal and `%40` are among what servers say.
const address =
  /<?(?:"[^"\r\n]{1,64}"|[^\s<>()[\],;:"@]{1,64})(?:@|%40)(?:\[[^\]\s]{1,64}\]|[\p{L}\p{N}._-]{1,253})>?/giu;

/** What a far end said, each address in it as `<address>`: for what is stored, or shown to people it does not concern. */
export function withoutAddresses(text: string): string {
  return text.replace(address, "<address>");
}
