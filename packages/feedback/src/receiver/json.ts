import { Refused } from "./receiver.ts";

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The body's JSON. @throws {Refused} if it is none */
export function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new Refused(400, "the body is not JSON");
  }
}

/** The body's JSON object. @throws {Refused} if it is none */
export function parsedObject(body: Uint8Array): Json {
  const value = parsed(body);
  if (!isObject(value)) throw new Refused(400, "the body is not a JSON object");
  return value;
}

/** What stands at a path of names and positions. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (found, key) =>
      typeof found === "object" && found !== null && Object.hasOwn(found, key)
        ? (found as Json)[key]
        : undefined,
    value,
  );
}

/** A string at a path, as it is. */
export function rawTextAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

/** The longest text that is an id or a name. */
const maxTextCharacters = 500;

/** A text that can be an id or a name: not empty, and without what no database keeps. Numbers become text. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  const text = typeof found === "number" ? String(found) : found;
  if (typeof text !== "string" || text.length > maxTextCharacters || !text.isWellFormed()) return undefined;
  return text === "" || /[\u0000-\u001f\u007f-\u009f]/.test(text) ? undefined : text;
}

/** The objects of a list at a path; none if there is no list. */
export function objectsAt(value: unknown, ...path: readonly (string | number)[]): Json[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isObject) : [];
}
