import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "./root.ts";

// The packages that the command reads its configuration with, and checks its schema with.
const relais = createRequire(join(root, "packages/relais/package.json"));
const { parseAllDocuments } = relais("yaml") as {
  parseAllDocuments(text: string): { readonly errors: readonly Error[]; toJS(): unknown }[];
};
const { Ajv2020 } = relais("ajv/dist/2020.js") as {
  Ajv2020: new (options: object) => { compile(schema: unknown): (value: unknown) => boolean };
};

/** YAML is whatever it is: tests look at what they need. */
// biome-ignore lint/suspicious/noExplicitAny: as JSON.parse
type Yaml = any;

/** An object of the cluster. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Labels };
  readonly spec: Yaml;
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

/** The container of the worker. */
export interface Container {
  readonly args: readonly string[];
  readonly envFrom: readonly { readonly secretRef: { readonly name: string } }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly securityContext: object;
}

type Labels = Readonly<Record<string, string>>;

/** Every document of a file. @throws the first fault of its YAML */
function documents(file: string): Yaml[] {
  return parseAllDocuments(readFileSync(join(root, file), "utf8")).map((one) => {
    if (one.errors[0] !== undefined) throw one.errors[0];
    return one.toJS();
  });
}

/** The only document of a file. */
export function yamlFile(file: string): Yaml {
  const [first, ...more] = documents(file);
  if (more.length > 0) throw new Error(`${file} holds more than one document`);
  return first;
}

export function manifestsIn(file: string): Manifest[] {
  return documents(file);
}

/** Whether a selector finds what has these labels. */
export function selects(selector: { readonly matchLabels?: Labels } | undefined, labels: Labels): boolean {
  const wanted = Object.entries(selector?.matchLabels ?? {});
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
}

/** Whether the published schema takes a configuration. */
export function acceptsConfig(config: unknown): boolean {
  const schema = JSON.parse(readFileSync(join(root, "packages/relais/relais.schema.json"), "utf8"));
  return new Ajv2020({ strict: false }).compile(schema)(config);
}
