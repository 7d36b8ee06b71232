import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.ts";

/** A field of an interface, or of an object of options' fields (`option.Field`), as its source says. */
export interface DocField {
  readonly name: string;
  readonly optional: boolean;
  /** Empty where it is inferred: the JSON Schema knows it. */
  readonly type: string;
  readonly text: string;
  /** What `@defaultValue` says. */
  readonly standard: string;
}

const comment = /(?:\/\*\*((?:[^*]|\*(?!\/))*)\*\/\s*)?/.source;
const members = {
  interface: new RegExp(`${comment}^ {2}readonly (\\$?\\w+)(\\?)?:\\s*((?:[^;{]|\\{[^}]*\\})+);`, "gm"),
  const: new RegExp(`${comment}^ {2}(\\w+)(?=[:,])`, "gm"),
};

/** The fields of an interface or object, in order, with what their doc comments say; without what it extends or spreads. */
export function docFields(file: string, name: string): DocField[] {
  const source = readFileSync(join(root, file), "utf8");
  const declared = new RegExp(`(interface|const) ${name}\\b[^{]*\\{\\n([\\s\\S]*?)\\n\\}`, "m").exec(source);
  if (declared === null) throw new Error(`there is no interface or object ${name} in ${file}`);
  const member = members[declared[1] as "interface" | "const"];
  const body = declared[2];
  return [...`\n${body}`.matchAll(member)].map(([, comment = "", field = "", mark, type = ""]) => {
    const words = comment
      .replaceAll(/^\s*\*? ?/gm, "")
      .replaceAll(/\s+/g, " ")
      .trim();
    const [text = "", standard = ""] = words.split(/\s*@defaultValue\s*/);
    return {
      name: field,
      optional: mark === "?",
      type: type
        .replace(/ \| undefined$/, "")
        .replaceAll(/\s+/g, " ")
        .trim(),
      text: text.trim(),
      standard: standard.trim(),
    };
  });
}
