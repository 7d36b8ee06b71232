import { didYouMean } from "@relais/core/spi";

/** The fields of a row, by the names of its columns. */
export type Fields = Readonly<Record<string, string>>;

/** What a column may be for where no flag says it. */
export type ColumnKind = "to" | "subject" | "text" | "html";

// As spreadsheets, address books and newsletter services call them, the likelier first; written as `plain` leaves them.
const addressColumns =
  "to email emailaddress mail mailaddress recipient recipientemail email1 email1value email1address primaryemail " +
  "emailadresse mailadresse adresseemail adressemail courriel correo correoelectronico";
const kinds: Readonly<Record<ColumnKind, readonly string[]>> = {
  to: addressColumns.split(" "),
  subject: ["subject"],
  text: ["text"],
  html: ["html"],
};

const plainNames = new Map<string, string>();

/** `E-mail Address` as `emailaddress`: letters and digits alone, in lower case, without accents. */
function plain(name: string): string {
  const known = plainNames.get(name);
  if (known !== undefined) return known;
  const letters = name.normalize("NFKD").toLowerCase();
  const made = letters.replace(/[^\p{L}\p{N}]/gu, "");
  if (plainNames.size < 10_000) plainNames.set(name, made);
  return made;
}

/** What a column is for, by its name. */
export function columnKind(name: string): ColumnKind | undefined {
  const word = plain(name);
  return (Object.keys(kinds) as ColumnKind[]).find((kind) => kinds[kind].includes(word));
}

/** A row that no message can be made of. The message is one sentence without the line. */
export class InvalidRow extends Error {
  override readonly name = "InvalidRow";
}

/** The columns are wrong, mostly in the same way in every row. */
export class ColumnFault extends InvalidRow {}

const mostNames = 30;

/** A column that is named and not there. @param name as it is named */
export function missingColumn(fault: string, fields: Fields, name = ""): ColumnFault {
  const names = Object.keys(fields);
  const near = didYouMean(name, names);
  const shown = names.length > mostNames ? [...names.slice(0, mostNames), "…"] : names;
  const hint = near === undefined ? "" : ` (did you mean ${near}?)`;
  return new ColumnFault(`${fault}${hint}; the columns are ${shown.join(", ")}`);
}

/**
 * The column of this kind: `to` before `email` before the others; one that is written so before one that only looks alike.
 * @throws {InvalidRow} two columns are called alike
 */
export function columnFor(fields: Fields, kind: ColumnKind): string | undefined {
  const names = Object.keys(fields);
  for (const word of kinds[kind]) {
    if (Object.hasOwn(fields, word)) return word;
    const alike = names.filter((name) => plain(name) === word);
    if (alike.length > 1) throw new ColumnFault(`the columns ${alike.join(" and ")} are called alike`);
    if (alike.length === 1) return alike[0];
  }
  return undefined;
}

/** The column that a placeholder names: `{{first name}}` finds `First_Name` too, if it is the only one like it. */
export function columnNamed(fields: Fields, name: string): string | undefined {
  if (Object.hasOwn(fields, name)) return name;
  const word = plain(name);
  const alike = word === "" ? [] : Object.keys(fields).filter((one) => plain(one) === word);
  return alike.length === 1 ? alike[0] : undefined;
}
