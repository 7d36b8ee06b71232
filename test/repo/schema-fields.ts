import { docFields } from "./doc-comments.ts";

export type Schema = Readonly<Record<string, unknown>>;

/** Whose fields to look for, and where in a configuration they stand: `chain[].options.auth`. */
export interface Place {
  readonly path: string;
  readonly sources: readonly (readonly [file: string, name: string])[];
  /** Of the mail APIs in one plugin, this one. */
  readonly api?: string;
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const at = (schema: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((inner, key) => (isSchema(inner) ? inner[key] : undefined), schema);

/** A schema and what it is put together of, the fields of objects left out. */
function alternatives(schema: unknown): Schema[] {
  if (!isSchema(schema)) return [];
  const inner = ["anyOf", "oneOf", "allOf"].flatMap((key) => (schema[key] as unknown[] | undefined) ?? []);
  return [schema, ...[...inner, schema.then].flatMap(alternatives)];
}

function step(schema: Schema, top: Schema, name: string): unknown[] {
  if (name === "chain[]") return Object.values(top.$defs as Schema);
  const found = alternatives(schema).flatMap((one) => at(one, "properties", name) ?? []);
  // Where one may stand, or a list of them, or several by name, the fields are those of each.
  return found.flatMap((one) => [
    one,
    ...alternatives(one).flatMap(({ items, additionalProperties }) =>
      [items ?? [], additionalProperties ?? []].flat(),
    ),
  ]);
}

/** The objects of the JSON Schema that hold the fields of a place. */
function objectsAt(top: Schema, { path, sources, api }: Place): Schema[] {
  const names = new Set(sources.flatMap(([file, name]) => docFields(file, name).map((field) => field.name)));
  const steps = path
    .replaceAll("queues[]", "queues")
    .split(".")
    .filter((name) => name !== "" && name !== "<name>");
  const start: unknown[] =
    steps.length === 0 ? [top, at(top, "properties", "chains", "additionalProperties")] : [top];
  const found = steps.reduce<unknown[]>(
    (reached, name) => reached.filter(isSchema).flatMap((schema) => step(schema, top, name)),
    start,
  );
  return found.flatMap(alternatives).filter((schema) => {
    if (!isSchema(schema.properties)) return false;
    const own = Object.keys(schema.properties).filter((name) => api === undefined || name !== "api");
    const apis = alternatives(schema.properties.api).map((one) => one.const);
    return own.every((name) => names.has(name)) && (api === undefined || apis.includes(api));
  });
}

/** What the JSON Schema says of a field, wherever it stands. */
function fieldAt(top: Schema, place: Place, field: string): Schema[] {
  return objectsAt(top, place).flatMap((schema) => {
    const found = at(schema, "properties", field);
    return isSchema(found) ? [found] : [];
  });
}

const isReference = ({ pattern, properties }: Schema): boolean =>
  String(pattern).startsWith("\\$\\{") || (isSchema(properties) && Object.keys(properties).join() === "file");

function typesOf(schema: Schema): string[] {
  const inner = ["anyOf", "oneOf"].flatMap((key) => (schema[key] as Schema[] | undefined) ?? []);
  if (inner.length > 0) return inner.filter((one) => !isReference(one)).flatMap(typesOf);
  if (schema.const !== undefined) return [JSON.stringify(schema.const)];
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => JSON.stringify(one));
  if (schema.type === "integer") return ["number"];
  if (schema.type !== "array") return [String(schema.type)];
  return [isSchema(schema.items) && typesOf(schema.items).join() === "string" ? "list of strings" : "list"];
}

/** What a field may be: `string | list of strings`. */
export function typeAt(top: Schema, place: Place, field: string): string {
  return [...new Set(fieldAt(top, place, field).flatMap(typesOf))].join(" | ");
}

/** Whether a field must be there. */
export function isNeededAt(top: Schema, place: Place, field: string): boolean {
  return objectsAt(top, place).some(({ required }) => Array.isArray(required) && required.includes(field));
}

/** Between what a number must lie: `1 to 65535`; empty without a bound. */
export function boundsAt(top: Schema, place: Place, field: string): string {
  const numbers = fieldAt(top, place, field)
    .flatMap(alternatives)
    .filter(({ type }) => type === "integer" || type === "number");
  const [one] = numbers;
  if (one === undefined) return "";
  const whole = one.type === "integer";
  const above = one.exclusiveMinimum as number | undefined;
  const least = (one.minimum as number | undefined) ?? (whole && above !== undefined ? above + 1 : undefined);
  // The largest whole number that a number can tell from its neighbours is no bound of ours.
  const most = one.maximum === Number.MAX_SAFE_INTEGER ? undefined : one.maximum;
  const range = [
    least === undefined ? (above === undefined ? "" : `above ${above}`) : `${least}`,
    most === undefined ? (least === undefined ? "" : "or more") : `to ${most}`,
  ].join(" ");
  return `${whole ? "whole, " : ""}${range.trim()}`.replace(/, $/, "");
}

/** The JSON Schema with what the doc comments say of each field, for editors. */
export function described<P extends Place>(
  schema: Schema,
  places: readonly P[],
  say: (place: P, field: string) => string | undefined,
): Schema {
  const top = structuredClone(schema) as Schema;
  for (const place of places) {
    for (const { properties } of objectsAt(top, place)) {
      for (const [name, field] of Object.entries(properties as Schema)) {
        const description = say(place, name);
        if (isSchema(field) && description !== undefined) Object.assign(field, { description });
      }
    }
  }
  return top;
}
