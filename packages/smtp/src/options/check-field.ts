import { closest } from "@relais/core/spi";

// Sentences about options. A value is echoed only where it cannot be a secret.

function typeName(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

const fault = (field: string, text: string): TypeError => new TypeError(`smtp: ${field} ${text}`);

/** The object at `field`, with no names but these. */
export function record(field: string, value: unknown, names: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw fault(field, `must be an object, got ${typeName(value)}`);
  }
  for (const name of Object.keys(value)) {
    if (names.includes(name)) continue;
    const nearest = closest(name, names);
    const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    const place = field === "options" ? "" : ` of ${field}`;
    throw new TypeError(`smtp: ${JSON.stringify(name.slice(0, 60))} is not an option${place}${hint}`);
  }
  return value as Record<string, unknown>;
}

/** A string that is not empty and has no control characters; never echoed. */
export function text(field: string, value: unknown): string {
  const written = secret(field, value);
  if (/[\u0000-\u001f\u007f]/.test(written)) throw fault(field, "must not contain control characters");
  return written;
}

/** A secret or a PEM: a string with anything in it; never echoed. */
export function secret(field: string, value: unknown): string {
  if (typeof value !== "string") throw fault(field, `must be a string, got ${typeName(value)}`);
  if (value === "") throw fault(field, "must not be empty");
  return value;
}

/** A string of a certain form. */
export function shaped(field: string, value: unknown, shape: RegExp, form: string): string {
  const written = text(field, value);
  if (!shape.test(written)) {
    throw fault(field, `must be ${form}, got ${JSON.stringify(written.slice(0, 100))}`);
  }
  return written;
}

export function flag(field: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw fault(field, `must be true or false, got ${typeName(value)}`);
  return value;
}

/** A whole number in a range; `Infinity` too where that is the most. */
export function whole(field: string, value: unknown, least: number, most: number): number {
  const range = most === Number.POSITIVE_INFINITY ? `${least} or more` : `from ${least} to ${most}`;
  if (typeof value !== "number")
    throw fault(field, `must be a whole number ${range}, got ${typeName(value)}`);
  if (!(value >= least && value <= most) || !(Number.isInteger(value) || value === most)) {
    throw new RangeError(`smtp: ${field} must be a whole number ${range}, got ${value}`);
  }
  return value;
}
