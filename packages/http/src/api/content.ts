import { type Address, type Message, messageIdTag } from "@relais/core/spi";

// The fields of a message in the forms that mail APIs have in common.

/** `"Ann \"A\" Lee" <ann@example.com>`: a name is always quoted, so that nothing in it can look like an address. */
export function addressText({ address, name }: Address): string {
  if (name === undefined) return address;
  return `"${name.replace(/["\\]/g, "\\$&")}" <${address}>`;
}

/** Several, with commas. */
export function addressList(list: readonly Address[]): string {
  return list.map(addressText).join(", ");
}

/** The bodies of a message as mail APIs want them: what is empty is not there, and there is one at least. */
interface Bodies {
  readonly text?: string;
  readonly html?: string;
}

/** Vendors want a body, and a subject, of one character at least: this one changes nothing that a reader sees. */
const blank = " ";

/** An attachment alone gets a text of one blank. */
export function bodies({ text = "", html = "" }: Message): Bodies {
  if (text === "" && html === "") return { text: blank };
  return { ...(text === "" ? {} : { text }), ...(html === "" ? {} : { html }) };
}

/** For vendors that take no empty subject. */
export function subjectOf({ subject }: Message): string {
  return subject === "" ? blank : subject;
}

/** An attachment with everything that mail APIs insist on. */
interface Attached {
  readonly filename: string;
  readonly contentType: string;
  readonly content: Uint8Array;
  readonly cid: string | undefined;
}

/**
 * Attachments with names and types where they have none. A calendar event is the last of them: mail APIs have no
 * other place for it, and readers know it by its type and its name.
 */
export function attached({ attachments, icalEvent }: Message): Attached[] {
  const files = attachments.map(({ filename, contentType, content, cid }, i) => ({
    filename: filename ?? cid ?? `attachment-${i + 1}`,
    contentType: contentType ?? "application/octet-stream",
    content,
    cid,
  }));
  if (icalEvent === undefined) return files;
  const { method, filename, content } = icalEvent;
  const contentType = `text/calendar; charset=utf-8; method=${method}`;
  return [...files, { filename, contentType, content, cid: undefined }];
}

/** The same with their bytes in base64. */
export function encoded(message: Message): (Omit<Attached, "content"> & { readonly content: string })[] {
  return attached(message).map((file) => {
    const { buffer, byteOffset, byteLength } = file.content;
    return { ...file, content: Buffer.from(buffer, byteOffset, byteLength).toString("base64") };
  });
}

/**
 * The headers that mail APIs have no field of their own for, one entry for each line. Without Message-ID, which not
 * every vendor lets one set.
 */
export function extraHeaders({ sender, inReplyTo, references, headers }: Message): [string, string][] {
  const all = {
    Sender: sender === undefined ? [] : addressText(sender),
    "In-Reply-To": inReplyTo ?? [],
    References: references.length === 0 ? [] : references.join(" "),
    ...headers,
  };
  return Object.entries(all).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
}

/** The same for APIs that take an object: a header that stands there several times becomes one with commas. */
export function headerRecord(entries: readonly (readonly [string, string])[]): Record<string, string> {
  const record: Record<string, string> = Object.create(null);
  for (const [name, value] of entries)
    record[name] = Object.hasOwn(record, name) ? `${record[name]}, ${value}` : value;
  return { ...record };
}

const idForm = /^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;

/** Tags of a message, apart: what many messages share, and what each has for itself. */
interface TagsApart {
  /** `name:value`, for vendors whose tags are texts and are counted. */
  readonly shared: readonly string[];
  readonly individual: readonly (readonly [name: string, value: string])[];
}

/**
 * A vendor keeps some thousand different tags for an account's statistics, so an id does not belong among them; it
 * goes into the data that comes back with the vendor's events.
 */
export function tagsApart(tags: Readonly<Record<string, string>>): TagsApart {
  const entries = Object.entries(tags);
  const isIndividual = ([name, value]: readonly [string, string]): boolean =>
    name === messageIdTag || idForm.test(value);
  return {
    shared: entries.filter((one) => !isIndividual(one)).map(([name, value]) => `${name}:${value}`),
    individual: entries.filter(isIndividual),
  };
}

/** For fields of JSON that are left out where there is nothing: `undefined` is no JSON. */
export const mapNonEmpty = <T, U>(list: readonly T[], toJson: (one: T) => U): U[] | undefined =>
  list.length === 0 ? undefined : list.map(toJson);
