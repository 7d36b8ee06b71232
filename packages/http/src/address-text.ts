import type { Address } from "@relais/core/spi";

/** `"Ann \"A\" Lee" <ann@example.com>`: a name is always quoted, so that nothing in it can look like an address. */
export function addressText({ address, name }: Address): string {
  if (name === undefined) return address;
  return `"${name.replace(/["\\]/g, "\\$&")}" <${address}>`;
}

/** Several, with commas. */
export function addressList(list: readonly Address[]): string {
  return list.map(addressText).join(", ");
}
