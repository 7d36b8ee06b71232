import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Manifest, manifestsIn, yamlFile } from "./kubernetes.ts";
import { root } from "./root.ts";

// The package that the command reads its configuration with.
const { parse } = createRequire(join(root, "packages/relais/package.json"))("yaml") as {
  // biome-ignore lint/suspicious/noExplicitAny: as JSON.parse
  parse(text: string): any;
};

const require = createRequire(import.meta.url);
const folders = [
  require.resolve("kubernetes-models/package.json"),
  require.resolve("@kubernetes-models/prometheus-operator/package.json"),
].map(dirname);

type Fields = Record<string, unknown>;
type Model = new (data: object) => { validate(): void };
/** Of every object, the names of the fields that a schema asked it for. */
type Asked = Map<object, Set<string>>;

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

/** Of a patch in a kustomization. */
interface Patch {
  readonly path?: string;
  readonly patch?: string;
  readonly target?: { readonly kind: string; readonly name: string };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The model made from the published schema of exactly this version and kind. */
async function modelOf(manifest: Manifest): Promise<Model | undefined> {
  for (const folder of folders) {
    const file = join(folder, manifest.apiVersion, `${manifest.kind}.js`);
    const model = existsSync(file) ? (await import(pathToFileURL(file).href))[manifest.kind] : undefined;
    if (model?.is?.(manifest)) return model;
  }
  return undefined;
}

function watched<T extends object>(value: T, asked: Asked): T {
  return new Proxy(value, {
    get(target, name) {
      if (typeof name === "string") asked.set(target, (asked.get(target) ?? new Set()).add(name));
      const inner = Reflect.get(target, name);
      return typeof inner === "object" && inner !== null ? watched(inner, asked) : inner;
    },
  });
}

function unknownFields(value: unknown, asked: Asked, path = "data"): string[] {
  if (typeof value !== "object" || value === null) return [];
  const names = asked.get(value);
  // Nothing was asked of it: its schema lists no fields, and any may stand in it.
  if (names === undefined) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    names.has(name) ? unknownFields(inner, asked, `${path}/${name}`) : `${path}/${name} is unknown`,
  );
}

/** What the published schema has against an object, unknown fields among it; nothing if all is well. */
export async function schemaFaults(manifest: Manifest): Promise<string[]> {
  const model = await modelOf(manifest);
  if (model === undefined) return [`there is no model of ${manifest.apiVersion} ${manifest.kind}`];
  const instance = new model(manifest);
  // Models let unknown fields pass, and keep no schema to read: a field is known if validation looks at it.
  const asked: Asked = new Map();
  let said: string[] = [];
  try {
    watched(instance, asked).validate();
  } catch (error) {
    said = [(error as Error).message];
  }
  return [...said, ...unknownFields(instance, asked)];
}

const named = (list: readonly unknown[]): list is Fields[] =>
  list.every((one) => isFields(one) && typeof one.name === "string");

/** A strategic merge, but that lists are merged by name or not at all: one whose items have no name is replaced. */
function merged(base: unknown, patch: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(patch) && named(base) && named(patch)) {
    const known = base.map((one) => merged(one, patch.find(({ name }) => name === one.name) ?? {}));
    return [...known, ...patch.filter((one) => !base.some(({ name }) => name === one.name))];
  }
  if (!isFields(base) || !isFields(patch)) return patch;
  const fields = Object.entries(patch).map(([name, inner]) => [name, merged(base[name], inner)]);
  const all = { ...base, ...Object.fromEntries(fields) };
  return Object.fromEntries(Object.entries(all).filter(([, inner]) => inner !== null));
}

/** A JSON patch (RFC 6902), of those operations that the overlays have. */
function operated(manifest: Manifest, operations: readonly Operation[]): Manifest {
  const result = structuredClone(manifest);
  for (const { op, path, value } of operations) {
    const steps = path.split("/").slice(1);
    const names = steps.map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = names.pop() ?? "";
    // biome-ignore lint/suspicious/noExplicitAny: YAML is whatever it is
    const holder = names.reduce<any>((inner, name) => inner?.[name], result);
    if (op === "add" && Array.isArray(holder))
      holder.splice(last === "-" ? holder.length : Number(last), 0, value);
    else if (op === "add" && isFields(holder)) holder[last] = value;
    else if (op === "remove" && holder?.[last] !== undefined)
      Array.isArray(holder) ? holder.splice(Number(last), 1) : delete holder[last];
    else throw new Error(`cannot ${op} ${path} in ${manifest.kind} ${manifest.metadata.name}`);
  }
  return result;
}

function patched(
  objects: readonly Manifest[],
  { path, patch = "", target }: Patch,
  folder: string,
): Manifest[] {
  const content = path === undefined ? parse(patch) : yamlFile(join(folder, path));
  const kind = target?.kind ?? content.kind;
  const name = target?.name ?? content.metadata.name;
  const hits = objects.filter((one) => one.kind === kind && one.metadata.name === name);
  if (hits.length !== 1)
    throw new Error(`a patch of ${folder} is for ${hits.length} objects: ${kind} ${name}`);
  return objects.map((one) => {
    if (one !== hits[0]) return one;
    return Array.isArray(content) ? operated(one, content) : (merged(one, content) as Manifest);
  });
}

// Names and texts, which no schema minds, and what kustomize generates itself.
const passedOver = ["apiVersion", "kind", "namespace", "images", "configMapGenerator", "secretGenerator"];

/** The objects that kustomize makes of a folder, as far as a schema may have something against them. */
export function built(folder: string, below: readonly Manifest[] = []): Manifest[] {
  const file = join(folder, "kustomization.yaml");
  const { resources = [], components = [], patches = [], replicas = [], ...rest } = yamlFile(file);
  const others = Object.keys(rest).filter((name) => !passedOver.includes(name));
  if (others.length > 0) throw new Error(`${file} has ${others}, which are not read here`);
  let objects = [...below];
  for (const path of resources.map((one: string) => join(folder, one)))
    objects.push(...(path.endsWith(".yaml") ? manifestsIn(path) : built(path)));
  for (const path of components) objects = built(join(folder, path), objects);
  const counts = replicas.map(({ name, count }: { name: string; count: unknown }) => ({
    target: { kind: "Deployment", name },
    patch: JSON.stringify({ spec: { replicas: count } }),
  }));
  for (const patch of [...patches, ...counts]) objects = patched(objects, patch, folder);
  return objects;
}
