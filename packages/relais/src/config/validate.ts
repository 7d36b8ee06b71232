import type { OptionIssue, OptionsSchema } from "@relais/core/spi";
import { type PathPart, problemAt, problemPath } from "./problem-path.ts";

/** What a schema made of a value. */
export type Validated = { readonly value: unknown } | { readonly problems: readonly string[] };

/** The way from the outside in, whichever of its two forms a schema uses. */
function pathOf(issue: OptionIssue): PathPart[] {
  return (issue.path ?? []).map((part) => {
    const key = typeof part === "object" ? part.key : part;
    return typeof key === "number" ? key : String(key);
  });
}

/** A union's own message says nothing: the branch that came furthest does. */
function plain(issue: OptionIssue): OptionIssue[] {
  const { errors } = issue as { errors?: readonly (readonly OptionIssue[])[] };
  if (errors === undefined) return [issue];
  const depth = (list: readonly OptionIssue[]) => Math.max(0, ...list.map((one) => pathOf(one).length));
  const unknownOnly = (list: readonly OptionIssue[]) =>
    list.every((one) => one.message.includes("is not an option"));
  const best = errors.reduce<readonly OptionIssue[] | undefined>((a, b) => {
    if (a === undefined) return b;
    return depth(b) > depth(a) || (depth(b) === depth(a) && unknownOnly(b) && !unknownOnly(a)) ? b : a;
  }, undefined);
  const flat = errors.every((list) => depth(list) === 0) && !errors.some(unknownOnly);
  if (flat || best === undefined) {
    const ways = [
      ...new Set(errors.flat().map((one) => one.message.replace(/, not .*$/, "").replace(/^must be /, ""))),
    ];
    return [{ ...issue, message: `must be ${ways.join(" or ")}` }];
  }
  return best
    .flatMap(plain)
    .map((one) => ({ message: one.message, path: [...pathOf(issue), ...pathOf(one)] }));
}

function at(value: unknown, path: readonly PathPart[]): unknown {
  return path.reduce<unknown>(
    (inner, part) => (inner as Record<PathPart, unknown> | undefined)?.[part],
    value,
  );
}

/** `"587"` as 587, `"true"` as true: what a reference to the environment cannot say itself. */
function converted(text: unknown): unknown {
  if (text === "true" || text === "false") return text === "true";
  return typeof text === "string" && /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function replaced(value: unknown, path: readonly PathPart[], content: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return content;
  const inner = replaced(at(value, [part]), rest, content);
  if (Array.isArray(value)) return value.map((item, i) => (i === part ? inner : item));
  return { ...(value as object), [part]: inner };
}

/**
 * Holds a value against a schema. Texts that were references as a whole are tried as numbers or true and false where
 * the schema does not want a text.
 * @param place where the value stands in the configuration
 */
export async function validate(
  schema: OptionsSchema<unknown>,
  value: unknown,
  place: readonly PathPart[],
  references: ReadonlySet<string>,
): Promise<Validated> {
  let subject = value;
  for (let round = 0; ; round++) {
    const said = await schema["~standard"].validate(subject);
    if (said.issues === undefined) return { value: said.value };
    const issues = said.issues.flatMap(plain);
    let changed = false;
    for (const path of issues.map(pathOf)) {
      const other = references.has(problemPath([...place, ...path]))
        ? converted(at(subject, path))
        : undefined;
      if (other === undefined) continue;
      subject = replaced(subject, path, other);
      changed = true;
    }
    if (!changed || round > 20) {
      return { problems: issues.map((issue) => problemAt([...place, ...pathOf(issue)], issue.message)) };
    }
  }
}
