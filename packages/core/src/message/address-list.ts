import { type Address, bareAddress, displayName } from "./address.ts";
import { InvalidMessage } from "./invalid-message.ts";
import { ownFields } from "./own-fields.ts";
import { quote } from "./quote.ts";
import { headerText } from "./text-field.ts";

/** How people write addresses: `a@b.c`, `Ann <a@b.c>`, several with commas, `{ name, address }`, or a list of single ones. */
export type AddressInput = string | Address | readonly (string | Address)[];

const longestListCharacters = 100_000;

/** Cuts at commas that stand outside quotes and angle brackets. */
function split(text: string): string[] {
  if (!text.includes(",")) return [text];
  const parts: string[] = [];
  let from = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted && c === "\\") i++;
    else if (c === '"') quoted = !quoted;
    else if (c === "," && !quoted) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

const quotedName = /^"((?:[^"\\]|\\.)*)"$/;

function fromText(field: string, written: string): Address {
  const text = written.trim();
  if (text === "") throw new InvalidMessage(field, "is empty");
  if (!text.endsWith(">")) {
    if (/[;:]/.test(text))
      throw new InvalidMessage(field, `${quote(text)}: groups of addresses are not supported`);
    return Object.freeze({ address: bareAddress(field, text) });
  }
  const open = text.lastIndexOf("<");
  if (open < 0) throw new InvalidMessage(field, `${quote(text)} is not an address`);
  const address = bareAddress(field, text.slice(open + 1, -1));
  const before = text.slice(0, open).trim();
  const inQuotes = quotedName.exec(before)?.[1];
  if (inQuotes === undefined && /["<>()[\]:;\\]/.test(before)) {
    throw new InvalidMessage(field, `${quote(text)} is not an address: put the name in double quotes`);
  }
  const name = displayName(field, inQuotes?.replace(/\\(.)/g, "$1") ?? before, address);
  return Object.freeze(name === undefined ? { address } : { address, name });
}

const fields = new Set(["address", "name"]);

function fromObject(field: string, value: object): Address {
  const written = ownFields<{ address: unknown; name: unknown }>(field, value, fields, "an address");
  if (typeof written.address !== "string") throw new InvalidMessage(`${field}.address`, "must be a string");
  const address = bareAddress(`${field}.address`, written.address);
  if (written.name === undefined || written.name === "") return Object.freeze({ address });
  const name = displayName(`${field}.name`, headerText(`${field}.name`, written.name, 256), address);
  return Object.freeze(name === undefined ? { address } : { address, name });
}

function one(field: string, value: unknown): Address {
  if (typeof value === "string") {
    const text = headerText(field, value, 1_000);
    if (split(text).length > 1) {
      // What stands in a list is often somebody's input; a comma must not make two recipients of it.
      throw new InvalidMessage(
        field,
        `${quote(text)} holds several addresses; give each an entry of its own`,
      );
    }
    return fromText(field, text);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return fromObject(field, value);
  throw new InvalidMessage(field, `must be an address, not ${quote(value)}`);
}

/** Every address in `value`, in order; an empty list if it is absent. */
export function addressList(field: string, value: unknown): readonly Address[] {
  if (value === undefined) return none;
  if (Array.isArray(value)) return Object.freeze(value.map((item, i) => one(`${field}[${i}]`, item)));
  if (typeof value !== "string") return Object.freeze([one(field, value)]);
  const parts = split(headerText(field, value, longestListCharacters));
  return Object.freeze(parts.map((part, i) => fromText(parts.length > 1 ? `${field}[${i}]` : field, part)));
}

const none: readonly Address[] = Object.freeze([]);

/** Exactly one address. */
export function oneAddress(field: string, value: unknown): Address {
  const [first, ...more] = addressList(field, value);
  if (first === undefined) throw new InvalidMessage(field, "is missing");
  if (more.length > 0) throw new InvalidMessage(field, "must be one address");
  return first;
}
