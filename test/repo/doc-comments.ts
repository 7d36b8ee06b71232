import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.ts";

/** A field of an interface, as its source says. */
export interface DocField {
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
  readonly text: string;
  /** What `@defaultValue` says. */
  readonly standard: string;
}

const member =
  /(?:\/\*\*((?:[^*]|\*(?!\/))*)\*\/\s*)?^ {2}readonly (\$?\w+)(\?)?:\s*((?:[^;{]|\{[^}]*\})+);/gm;

/** The fields of an interface, in order, with what their doc comments say. Fields that it extends are not among them. */
export function docFields(file: string, name: string): DocField[] {
  const source = readFileSync(join(root, file), "utf8");
  const body = new RegExp(`interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)\\n\\}`, "m").exec(source)?.[1];
  if (body === undefined) throw new Error(`there is no interface ${name} in ${file}`);
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
