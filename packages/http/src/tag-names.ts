/** The outbox's own tag: which of its messages this is. */
const ownId = "relais_id";
const idForm = /^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;

/** Tags of a message, apart: what many messages share, and what each has for itself. */
export interface TagsApart {
  /** `name:value`, for vendors whose tags are texts and are counted. */
  readonly shared: readonly string[];
  readonly own: readonly (readonly [name: string, value: string])[];
}

/**
 * A vendor keeps some thousand different tags for an account's statistics, so an id does not belong among them; it
 * goes into the data that comes back with the vendor's events.
 */
export function tagsApart(tags: Readonly<Record<string, string>>): TagsApart {
  const entries = Object.entries(tags);
  const isOwn = ([name, value]: readonly [string, string]): boolean => name === ownId || idForm.test(value);
  return {
    shared: entries.filter((one) => !isOwn(one)).map(([name, value]) => `${name}:${value}`),
    own: entries.filter(isOwn),
  };
}
