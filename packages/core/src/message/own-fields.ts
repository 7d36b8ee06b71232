import { InvalidMessage } from "./invalid-message.ts";
import { quote } from "./quote.ts";

/**
 * What an object itself holds, each field read once; `null` and `undefined` are absent. What it inherits is not read, so
 * that neither a polluted prototype nor a `__proto__` out of a JSON text can add a recipient or a file.
 *
 * @param what `"a message"`, for the sentence about a field that does not exist
 * @throws {InvalidMessage} if it is no object, or holds a field that does not exist
 */
export function ownFields<T extends object>(
  field: string,
  value: unknown,
  names: ReadonlySet<string>,
  what: string,
): Partial<T> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidMessage(field === "" ? "message" : field, `must be an object, not ${quote(value)}`);
  }
  const own: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value)) {
    const content = (value as Record<string, unknown>)[key];
    if (content === undefined || content === null) continue; // absent, however it is written
    if (!names.has(key)) {
      const shown = quote(key).slice(1, -1);
      throw new InvalidMessage(field === "" ? shown : `${field}.${shown}`, `is not a field of ${what}`);
    }
    own[key] = content;
  }
  return own as Partial<T>;
}
