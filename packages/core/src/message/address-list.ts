import { type Address, bareAddress, hidesAddress, readsAsAddress } from "./address.ts";
import { addressText, headerText, InvalidMessage, isAbsent, oneLine, pickOwn, quote } from "./fields.ts";

/** A mailbox as an object; nodemailer's groups have `group` instead of an address. */
export interface AddressObject {
  readonly address?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly group?: readonly AddressObject[] | null | undefined;
}

/**
 * How people write addresses: `a@b.c`, `Ann <a@b.c>`, several with commas or semicolons, groups, `{ name, address }`, or a
 * list of single ones. Absent entries (`null`, `""`) are left out.
 */
export type AddressInput = string | AddressObject | readonly (string | AddressObject | null | undefined)[];

/** How addresses are read. */
export interface AddressRules {
  /** Refuses a name that reads as another address than its own. @defaultValue false */
  readonly strictNames?: boolean;
}

const longestListCharacters = 1_000_000;
const none: readonly Address[] = Object.freeze([]);

/** A part of a list, between separators that stand outside quotes, comments, angle brackets and literals. */
interface Part {
  readonly text: string;
  /** `,`, `;` or `:` (the name of a group), or `""` at the end. */
  readonly end: string;
}

/**
 * Cuts a list into its parts. A colon counts only before any address, where it ends the name of a group (RFC 5322, 3.4).
 * @returns what is wrong with the text, if its quotes, brackets or comments do not match
 */
function partsOf(text: string): Part[] | string {
  const parts: Part[] = [];
  let from = 0;
  let quoted = false;
  let angle = false;
  let depth = 0;
  let literal = false;
  let addressed = false;
  const hasSemicolon = text.includes(";");
  const pairs = pairedParentheses(text);
  const cut = (at: number, end: string): void => {
    parts.push({ text: text.slice(from, at), end });
    from = at + 1;
    addressed = false;
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "\\" && (quoted || depth > 0)) i++;
    else if (quoted) quoted = c !== '"';
    else if (depth > 0) depth += c === "(" ? 1 : c === ")" ? -1 : 0;
    else if (literal) literal = c !== "]";
    else if (c === '"') quoted = true;
    else if (c === "(" && pairs.has(i)) depth = 1;
    else if (c === "[" && text[i - 1] === "@") literal = true;
    else if (c === "<") angle = addressed = true;
    else if (c === ">") angle = false;
    else if (angle) continue;
    else if (c === "," || c === ";") cut(i, c);
    else if (c === "@") addressed = true;
    else if (c === ":" && hasSemicolon && !addressed) cut(i, c);
  }
  if (quoted) return "has a quotation mark that is not closed";
  if (angle) return "has an angle bracket that is not closed";
  parts.push({ text: text.slice(from), end: "" });
  return parts;
}

/** Where parentheses open that have their other half: one without is a letter like others. */
function pairedParentheses(text: string): ReadonlySet<number> {
  const pairs = new Set<number>();
  if (!text.includes("(")) return pairs;
  const open: number[] = [];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "\\") i++;
    else if (c === '"' && open.length === 0) quoted = !quoted;
    else if (quoted) continue;
    else if (c === "(") open.push(i);
    else if (c === ")") {
      const found = open.pop();
      if (found !== undefined) pairs.add(found);
    }
  }
  return pairs;
}

/** The mailboxes that parts make. A name with a comma in it (`Wolfe, Hannah <h@example.net>`) is put together again. */
function mailboxTexts(field: string, parts: readonly Part[]): string[] {
  const found: string[] = [];
  let name = "";
  for (const { text, end } of parts) {
    if (end === ":") continue; // the name of a group: nobody is addressed by it
    const whole = name + text;
    if (end === "," && text.trim() !== "" && !holdsAddress(text)) {
      name = `${whole},`;
      continue;
    }
    // A comma before an @ would end a recipient: is the one behind it another?
    if (name !== "" && withoutQuotes(text.slice(0, Math.max(0, openingBracket(text)))).includes("@"))
      throw new InvalidMessage(
        field,
        `${quote(whole.trim())} is not an address: put the name in double quotes`,
      );
    name = "";
    if (whole.trim() === "" || emptyGroup.test(whole)) continue;
    found.push(whole);
  }
  // A name without an address, at the end of a list.
  if (name.replaceAll(",", "").trim() !== "")
    throw new InvalidMessage(field, `${quote(name.slice(0, -1).trim())} is not an address: it has no @`);
  return found;
}

/** `undisclosed-recipients:`, without the semicolon that it should have. */
const emptyGroup = /^[^@<>"]*:\s*$/;

/** Whether a part names a mailbox of its own: an @ outside quotes and comments, or angle brackets. */
function holdsAddress(text: string): boolean {
  return /[@<]/.test(withoutQuotes(text).replace(/\((?:[^()\\]|\\.)*\)/g, ""));
}

/** Without its quoted words, but for those that are a local part. */
const withoutQuotes = (text: string): string => text.replace(/"(?:[^"\\]|\\.)*"(?!\s*@)/g, "");

const comment = /\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)/g;
const unescaped = (text: string): string => text.replace(/\\(.)/gu, "$1");

/** `phrase <address> (comment)`, or an address that stands alone. */
function fromText(field: string, written: string, rules: AddressRules): Address {
  const text = written.trim();
  const open = openingBracket(text);
  if (open < 0) return withoutBrackets(field, text, rules);
  const close = text.indexOf(">", open);
  const behind = text.slice(close + 1).trim();
  if (close < 0 || behind.replace(comment, "").trim() !== "") {
    throw new InvalidMessage(field, `${quote(text)} is not an address: something stands behind the bracket`);
  }
  // A route (RFC 5321, 4.1.1.3) is ignored.
  const inside = text.slice(open + 1, close).replace(/^\s*@[^:<>]*:/, "");
  const address = bareAddress(field, inside);
  const before = phrase(text.slice(0, open));
  if (before === undefined)
    throw new InvalidMessage(field, `${quote(text)} is not an address: it has two pairs of brackets`);
  return mailbox(field, before === "" ? comments(behind) : before, address, rules);
}

/** Where the address begins: the last `<` outside quotes. */
function openingBracket(text: string): number {
  let found = -1;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "\\" && quoted) i++;
    else if (c === '"') quoted = !quoted;
    else if (c === "<" && !quoted) found = i;
  }
  return found;
}

/** A name as it reads: without the quotes that stand around words of it. `undefined` if an address hides in it. */
function phrase(written: string): string | undefined {
  const words = written.split(/("(?:[^"\\]|\\.)*")/);
  if (words.some((word, i) => i % 2 === 0 && /[<>"]/.test(word))) return undefined;
  return words
    .map((word, i) => (i % 2 === 0 ? word : unescaped(word.slice(1, -1))))
    .join("")
    .trim();
}

const comments = (text: string): string =>
  (text.match(comment) ?? []).map((one) => unescaped(one.slice(1, -1)).trim()).join(" ");

/** An address without brackets: comments are its name, as mail of old times has it. */
function withoutBrackets(field: string, text: string, rules: AddressRules): Address {
  const bare = text.replace(comment, " ").trim();
  // A group without its semicolon, or `mailto:`.
  const plain = bare.replace(/^[^@":]*:/, "");
  // Blanks around the @ (RFC 5322, 4.4) leave no doubt; any others would.
  const at = plain.lastIndexOf("@");
  const close = at < 0 ? plain : `${plain.slice(0, at).trim()}@${plain.slice(at + 1).trim()}`;
  const address = bareAddress(field, close);
  return mailbox(field, comments(text), address, rules);
}

function mailbox(field: string, name: string, address: string, { strictNames }: AddressRules): Address {
  const shown = oneLine(name);
  if (shown === undefined)
    throw new InvalidMessage(field, "contains a line break that would begin another header");
  if (shown === "") return Object.freeze({ address });
  if (hidesAddress(shown, address)) {
    throw new InvalidMessage(field, `the name ${quote(shown)} holds another address in brackets`);
  }
  if (strictNames === true && readsAsAddress(shown, address)) {
    throw new InvalidMessage(field, `the name ${quote(shown)} looks like another address`);
  }
  return Object.freeze({ address, name: shown });
}

const fields = new Set(["address", "name", "group"]);

function fromObject(field: string, value: object, rules: AddressRules): readonly Address[] {
  const { address, name, group } = pickOwn<{ address: unknown; name: unknown; group: unknown }>(
    field,
    value,
    fields,
    "an address",
    { email: "address", mail: "address", displayname: "name" },
  );
  if (Array.isArray(group)) return group.flatMap((one, i) => entry(`${field}.group[${i}]`, one, rules));
  const shown = isAbsent(name) ? "" : headerText(`${field}.name`, name);
  if (isAbsent(address)) {
    if (shown === "") return none;
    throw new InvalidMessage(`${field}.address`, "is missing");
  }
  if (typeof address !== "string") throw new InvalidMessage(`${field}.address`, "must be a string");
  const bare = fromText(
    `${field}.address`,
    addressText(`${field}.address`, address, longestListCharacters),
    {},
  ).address;
  return [mailbox(`${field}.name`, shown, bare, rules)];
}

// How nearly every address is written; anything else goes the long way.
const simpleAddress =
  "[A-Za-z0-9_+-]{1,64}(?:\\.[A-Za-z0-9_+-]{1,64}){0,4}@[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63}){1,4}";
const simple = new RegExp(`^(?:([A-Za-z0-9][A-Za-z0-9 ]{0,80}) <(${simpleAddress})>|(${simpleAddress}))$`);

function listed(field: string, text: string, rules: AddressRules): Address[] {
  const [found, name, named, alone] = simple.exec(text) ?? [];
  if (found !== undefined) {
    return [
      Object.freeze(
        alone === undefined
          ? { address: named as string, name: (name as string).trimEnd() }
          : { address: alone },
      ),
    ];
  }
  const parts = partsOf(text);
  if (typeof parts === "string") throw new InvalidMessage(field, `${quote(text)} ${parts}`);
  const texts = mailboxTexts(field, parts);
  return texts.map((one, i) => fromText(texts.length > 1 ? `${field}[${i}]` : field, one, rules));
}

/** What stands in a list is often a user's input; a comma in it must not make two recipients of it. */
function entry(field: string, value: unknown, rules: AddressRules): readonly Address[] {
  if (isAbsent(value)) return none;
  if (typeof value === "string") {
    const text = addressText(field, value, longestListCharacters);
    const found = listed(field, text, rules);
    if (found.length > 1) {
      throw new InvalidMessage(
        field,
        `${quote(text)} holds several addresses; give each an entry of its own`,
      );
    }
    return found;
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return fromObject(field, value, rules);
  throw new InvalidMessage(field, `must be an address, not ${quote(value)}`);
}

/** Every address in `value`, in order; an empty list if it is absent. */
export function addressList(field: string, value: unknown, rules: AddressRules = {}): readonly Address[] {
  if (isAbsent(value)) return none;
  if (Array.isArray(value))
    return Object.freeze(value.flatMap((item, i) => entry(`${field}[${i}]`, item, rules)));
  if (typeof value !== "string") return Object.freeze([...entry(field, value, rules)]);
  return Object.freeze(listed(field, addressText(field, value, longestListCharacters), rules));
}

/** Exactly one address. */
export function oneAddress(field: string, value: unknown, rules: AddressRules = {}): Address {
  const [first, ...more] = addressList(field, value, rules);
  if (first === undefined) throw new InvalidMessage(field, "is missing");
  if (more.length > 0) throw new InvalidMessage(field, "must be one address");
  return first;
}
