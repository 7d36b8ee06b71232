import { InvalidMessage } from "@relais/core";

/**
 * A value as a database can hold it: without halves of surrogate pairs, which become U+FFFD.
 * @throws {InvalidMessage} a text in it has a NUL, which no database holds
 */
export function holdableValue<T>(value: T, field = ""): T {
  if (typeof value === "string") return text(value, field) as T;
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((one, i) => holdableValue(one, `${field}[${i}]`)) as T;
  const entries = Object.entries(value).map(([key, one]): [string, unknown] => {
    const name = text(key, field);
    return [name, holdableValue(one, field === "" ? name : `${field}.${name}`)];
  });
  return Object.fromEntries(entries) as T;
}

function text(value: string, field: string): string {
  if (value.includes("\0")) throw new InvalidMessage(field.toWellFormed(), "must not contain NUL");
  return value.toWellFormed();
}
