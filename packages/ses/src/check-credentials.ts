import { closest } from "@relais/core/spi";

const fields = ["accessKeyId", "secretAccessKey", "sessionToken", "expiration"];

/** A secret with a line break or a blank around it was pasted wrong, and would only fail as a bad signature. */
function checkSecret(field: string, value: unknown): void {
  if (typeof value !== "string") throw new TypeError(`${field} must be a string`);
  if (value === "") throw new RangeError(`${field} is empty`);
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new RangeError(`${field} has a blank, a line break or a character outside ASCII`);
}

/**
 * A key pair, or a function that will give one. Never shows a value.
 * @throws {TypeError | RangeError} one sentence that names the field and what is wrong with it
 */
export function checkCredentials(field: string, value: unknown): void {
  if (typeof value === "function") return;
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError(`${field} must be an object or a function that gives one`);
  for (const [key, part] of Object.entries(value)) {
    if (!fields.includes(key)) {
      const meant = closest(key, fields);
      const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
      throw new TypeError(
        `${field}.${JSON.stringify(key.slice(0, 40)).slice(1, -1)} is not a part of credentials${hint}`,
      );
    }
    if (part === undefined) continue;
    if (key !== "expiration") checkSecret(`${field}.${key}`, part);
    else if (!(part instanceof Date) || Number.isNaN(part.getTime()))
      throw new TypeError(`${field}.${key} must be a Date`);
  }
  for (const key of ["accessKeyId", "secretAccessKey"]) {
    if ((value as Record<string, unknown>)[key] === undefined)
      throw new TypeError(`${field}.${key} is missing`);
  }
}
