import type { OptionIssue, OptionsSchema } from "@relais/core/spi";
import { flagOf, numberOf, quotesHint, serviceLinkHint } from "../setting-text.ts";
import type { Reference } from "./interpolate.ts";
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
  return best.flatMap(plain).map((one) => ({ ...one, path: [...pathOf(issue), ...pathOf(one)] }));
}

function at(value: unknown, path: readonly PathPart[]): unknown {
  return path.reduce<unknown>(
    (inner, part) => (inner as Record<PathPart, unknown> | undefined)?.[part],
    value,
  );
}

/** What an issue, or one of its branches, would have taken, in zod's words; valibot and arktype say it alike. */
function wantedBy(issue: OptionIssue): string[] {
  const { expected, errors = [] } = issue as {
    expected?: unknown;
    errors?: readonly (readonly OptionIssue[])[];
  };
  return [...(typeof expected === "string" ? [expected] : []), ...errors.flat().flatMap(wantedBy)];
}

const absent = Symbol("absent");

/**
 * What a text may have meant where something else is wanted: `"587"` 587, `"TRUE"` and `"on"` true, and an empty
 * variable nothing at all. `undefined`: nothing that is wanted.
 */
function meant(text: unknown, issue: OptionIssue, reference: Reference | undefined): unknown {
  const wanted = wantedBy(issue);
  if (typeof text !== "string" || wanted.length === 0 || wanted.includes("string")) return undefined;
  if (reference?.empty === true) return absent;
  const number = wanted.some((one) => /num|int/.test(one)) ? numberOf(text) : undefined;
  return number ?? (wanted.some((one) => /bool/.test(one)) ? flagOf(text) : undefined);
}

function replaced(value: unknown, path: readonly PathPart[], content: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return content;
  const inner = rest.length === 0 ? content : replaced(at(value, [part]), rest, content);
  if (Array.isArray(value)) return value.map((item, i) => (i === part ? inner : item));
  if (inner !== absent) return { ...(value as object), [part]: inner };
  return Object.fromEntries(Object.entries(value as object).filter(([key]) => key !== String(part)));
}

/** What is wrong, and what the reference behind the value lets one suspect. */
function sentence({ message, path }: OptionIssue, place: readonly PathPart[], reference?: Reference): string {
  const where = [...place, ...pathOf({ message, path })];
  if (reference === undefined) return problemAt(where, message);
  const { name, empty, quoted, serviceLink } = reference;
  if (empty) return problemAt(where, `names the environment variable ${name}, which is empty`);
  if (serviceLink) return problemAt(where, `${message}; ${name} ${serviceLinkHint}`);
  return problemAt(where, quoted ? `${message}; ${name} is ${quotesHint}` : message);
}

/**
 * Holds a value against a schema. Where the schema wants a number, or true or false, a text that says one will do: a
 * variable of the environment cannot be anything else.
 * @param place where the value stands in the configuration
 */
export async function validate(
  schema: OptionsSchema<unknown>,
  value: unknown,
  place: readonly PathPart[],
  references: ReadonlyMap<string, Reference>,
): Promise<Validated> {
  const behind = (issue: OptionIssue): Reference | undefined =>
    references.get(problemPath([...place, ...pathOf(issue)]));
  let subject = value;
  for (;;) {
    const said = await schema["~standard"].validate(subject);
    if (said.issues === undefined) return { value: said.value };
    const issues = said.issues.flatMap(plain);
    let changed = false;
    for (const issue of issues) {
      const path = pathOf(issue);
      const other = path.length === 0 ? undefined : meant(at(subject, path), issue, behind(issue));
      if (other === undefined) continue;
      subject = replaced(subject, path, other);
      changed = true;
    }
    // Each round leaves fewer texts than the one before.
    if (!changed) return { problems: issues.map((issue) => sentence(issue, place, behind(issue))) };
  }
}
