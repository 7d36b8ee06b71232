import type { OptionIssue, OptionsSchema } from "@relais/core/spi";
import { parseFlag, parseNumber, quotesHint, serviceLinkHint } from "../environment/setting-text.ts";
import { faultsBelow, type Reference, type References } from "./interpolate.ts";
import { type Path, type PathPart, type Problem, pathText } from "./problem.ts";

/** What a schema made of a value, or what is wrong with it; no problem at all if only values of the environment are missing. */
export type Validated = { readonly value: unknown } | { readonly problems: readonly Problem[] };

/** An issue as zod tells it; valibot and arktype have the same names. */
interface SchemaIssue extends OptionIssue {
  readonly expected?: unknown;
  /** The issues of each branch of a union. */
  readonly errors?: readonly (readonly SchemaIssue[])[];
  /** The fields that are not known. */
  readonly keys?: readonly string[];
}

/**
 * Checks a value against a schema. Where the schema wants a number, or true or false, a text that says one will do: a
 * variable of the environment cannot be anything else.
 * @param place where the value stands in the configuration
 */
export async function validate(
  schema: OptionsSchema<unknown>,
  value: unknown,
  place: Path,
  references: References,
): Promise<Validated> {
  const referenceAt = (issue: SchemaIssue) => references.get(pathText([...place, ...pathOf(issue)]));
  let current = value;
  for (;;) {
    const result = await schema["~standard"].validate(current);
    if (result.issues === undefined) return { value: result.value };
    const issues = result.issues.flatMap(bestBranch);
    let changed = false;
    for (const issue of issues) {
      const path = pathOf(issue);
      const converted =
        path.length === 0 ? undefined : convert(valueAt(current, path), issue, referenceAt(issue));
      if (converted === undefined) continue;
      current = withValueAt(current, path, converted);
      changed = true;
    }
    // Each round leaves fewer texts than the one before.
    if (!changed)
      return {
        problems: issues.flatMap((issue) => problemsOf(issue, place, referenceAt(issue), references)),
      };
  }
}

/** What is wrong, and what the reference behind the value lets one suspect. */
function problemsOf(
  issue: SchemaIssue,
  place: Path,
  reference: Reference | undefined,
  references: References,
): Problem[] {
  const { message, keys = [] } = issue;
  const path = [...place, ...pathOf(issue)];
  // What only stands in for a value that is not there is wrong for that reason alone, which is told elsewhere.
  if (reference?.faults !== undefined) return [];
  if (path.length > place.length && faultsBelow(references, path).length > 0) return [];
  // Each unknown field has its own line.
  const parts = message.split(/, (?=")/);
  if (keys.length > 1 && parts.length === keys.length)
    return parts.map((part, i) => ({ path, message: part, key: keys[i] }));
  return [{ path, message: reference === undefined ? message : suspected(message, reference), key: keys[0] }];
}

function suspected(message: string, { name, empty, leftOut, quoted, serviceLink }: Reference): string {
  if (empty) return `names the environment variable ${name}, which is empty`;
  if (leftOut) return `${message}: ${name} is not set, or is empty`;
  if (serviceLink) return `${message}; ${name} ${serviceLinkHint}`;
  return quoted ? `${message}; ${name} is ${quotesHint}` : message;
}

/** The path of an issue, whichever of its two forms a schema uses. */
function pathOf(issue: OptionIssue): PathPart[] {
  return (issue.path ?? []).map((part) => {
    const key = typeof part === "object" ? part.key : part;
    return typeof key === "number" ? key : String(key);
  });
}

/** The issues of the branch of a union that matched furthest: the union's own message says nothing. */
function bestBranch(issue: SchemaIssue): SchemaIssue[] {
  const { errors = [] } = issue;
  if (errors.length === 0) return [issue];
  const depth = (issues: readonly SchemaIssue[]) => Math.max(0, ...issues.map((one) => pathOf(one).length));
  const unknownOnly = (issues: readonly SchemaIssue[]) =>
    issues.every((one) => one.message.includes("is not an option"));
  const rank = (issues: readonly SchemaIssue[]) => 2 * depth(issues) + (unknownOnly(issues) ? 1 : 0);
  const [best] = [...errors].sort((a, b) => rank(b) - rank(a));
  if (best === undefined || errors.every((issues) => rank(issues) === 0)) {
    const choices = errors.flat().map((one) => one.message.replace(/, got .*$/, "").replace(/^must be /, ""));
    return [{ ...issue, message: `must be ${[...new Set(choices)].join(" or ")}` }];
  }
  return best.flatMap(bestBranch).map((one) => ({ ...one, path: [...pathOf(issue), ...pathOf(one)] }));
}

/** What an issue, or one of its branches, would have taken. */
function expectedBy({ expected, errors = [] }: SchemaIssue): string[] {
  return [...(typeof expected === "string" ? [expected] : []), ...errors.flat().flatMap(expectedBy)];
}

const absent = Symbol("absent");

/**
 * What a text may mean where something else is wanted: `"587"` 587, `"TRUE"` and `"on"` true, and an empty variable an
 * absent field. `undefined`: nothing that is wanted.
 */
function convert(text: unknown, issue: SchemaIssue, reference: Reference | undefined): unknown {
  const expected = expectedBy(issue);
  if (typeof text !== "string" || expected.length === 0 || expected.includes("string")) return undefined;
  if (reference?.empty === true) return absent;
  const number = expected.some((one) => /num|int/.test(one)) ? parseNumber(text) : undefined;
  return number ?? (expected.some((one) => /bool/.test(one)) ? parseFlag(text) : undefined);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) => (inner as Record<PathPart, unknown> | undefined)?.[part],
    value,
  );
}

function withValueAt(value: unknown, path: Path, content: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return content;
  const inner = rest.length === 0 ? content : withValueAt(valueAt(value, [part]), rest, content);
  if (Array.isArray(value)) return value.map((item, i) => (i === part ? inner : item));
  if (inner !== absent) return { ...(value as object), [part]: inner };
  return Object.fromEntries(Object.entries(value as object).filter(([key]) => key !== String(part)));
}
