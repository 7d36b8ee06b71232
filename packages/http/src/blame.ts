import type { Letter } from "./letter.ts";

/** What vendors say has some hundred characters. */
const maxCharacters = 4_000;
const partOfAddress = /[\p{L}\p{N}@._%+-]/u;

function stands(address: string, words: string): boolean {
  for (let at = words.indexOf(address); at >= 0; at = words.indexOf(address, at + 1)) {
    const before = words.charAt(at - 1);
    const [next = "", afterNext = ""] = words.slice(at + address.length, at + address.length + 2);
    // A full stop ends a sentence, unless the address goes on behind it.
    const ends = !partOfAddress.test(next) || (next === "." && !partOfAddress.test(afterNext));
    if (ends && !partOfAddress.test(before)) return true;
  }
  return false;
}

/** The recipients of a letter whose addresses stand in these words. */
export function addressed(letter: Letter | undefined, words: string | undefined): string[] {
  if (letter === undefined || words === undefined) return [];
  const short = words.slice(0, maxCharacters).toLowerCase();
  return [...letter.to, ...letter.cc, ...letter.bcc]
    .map(({ address }) => address)
    .filter((address) => stands(address.toLowerCase(), short));
}

/** The recipients in the field that these words name, by the pattern's first group: `to`, `cc` or `bcc`. */
export function inField(letter: Letter | undefined, field: RegExp, words: string | undefined): string[] {
  const [, name = ""] = field.exec(words?.slice(0, maxCharacters) ?? "") ?? [];
  const list = letter?.[name.toLowerCase() as "to" | "cc" | "bcc"];
  return Array.isArray(list) ? list.map(({ address }: { address: string }) => address) : [];
}
