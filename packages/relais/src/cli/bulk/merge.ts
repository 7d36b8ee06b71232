import { columnNamed, type Fields } from "./column-names.ts";

/** A `{{field}}` that a row does not have. */
export class MissingField extends Error {
  override readonly name = "MissingField";
  readonly field: string;
  constructor(field: string) {
    super(field === "" ? "{{}} names no column" : `there is no column ${field}`);
    this.field = field;
  }
}

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;
const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * A template with its `{{field}}`s filled in.
 * @param html whether `& < > " '` in the fields are to be written as entities
 * @throws {MissingField} the row has no such field
 */
export function merge(template: string, fields: Fields, html = false): string {
  return template.replaceAll(placeholder, (_, name: string) => {
    const column = columnNamed(fields, name);
    if (column === undefined) throw new MissingField(name);
    const value = fields[column] ?? "";
    return html ? value.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character) : value;
  });
}
