const form = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Whether a text can be the id of a provider, a link or a chain. */
export const isProviderId = (value: unknown): value is string =>
  typeof value === "string" && form.test(value);

/**
 * The one rule for ids of providers: every provider checks its own by it, since a link takes no other.
 * @param field named in the sentence, as `smtp: id`
 * @throws {TypeError} if it is none
 */
export function providerId(field: string, value: unknown): string {
  if (isProviderId(value)) return value;
  throw new TypeError(`${field} must be 1 to 64 letters, digits, ., _ or -`);
}
