const address = /[^\s<>"'(),;:[\]]+@[^\s<>"'(),;:[\]]+/g;

/** What a far end said, each address in it as `<address>`: for what is stored, or shown to people it does not concern. */
export function withoutAddresses(text: string): string {
  return text.replace(address, "<address>");
}
