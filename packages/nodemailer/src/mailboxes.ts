import type { Address } from "@relais/core/spi";
import addressparser from "nodemailer/lib/addressparser";

function read(value: unknown): Address[] {
  if (Array.isArray(value)) return value.flatMap(read);
  if (typeof value === "string") {
    return addressparser(value, { flatten: true }).map(({ address = "", name }) => ({ address, name }));
  }
  if (typeof value !== "object" || value === null) return [];
  const { address, name } = value as { address?: unknown; name?: unknown };
  return typeof address === "string" ? [{ address, name: typeof name === "string" ? name : "" }] : [];
}

/** The mailboxes in a header value in any form nodemailer takes: texts with commas and groups, objects, lists of both. */
export function mailboxes(value: unknown): Address[] {
  return read(value)
    .filter(({ address }) => address !== "")
    .map(({ address, name = "" }) => {
      // A name that is still encoded, or is only the address again, is none.
      const shown = name.startsWith("=?") || name === address ? "" : name;
      return shown === "" ? { address } : { address, name: shown };
    });
}
