import { basename, dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { filesUnder } from "./repo/files-under.ts";
import { type Manifest, manifestsIn, yamlFile } from "./repo/kubernetes.ts";
import { built, schemaFaults } from "./repo/kubernetes-schema.ts";

const home = "examples/kubernetes";
const files = filesUnder(home, ".yaml");
const kustomizations = files.filter((file) => basename(file) === "kustomization.yaml");
// A component is no whole: it is built with the overlay that has it.
const wholes = kustomizations.filter((file) => yamlFile(file).kind === "Kustomization").map(dirname);
const resources = kustomizations.flatMap((file) =>
  (yamlFile(file).resources as string[])
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => `${dirname(file)}/${name}`),
);

const called = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;
const worker = (objects: readonly Manifest[], kind: string): Manifest =>
  structuredClone(objects.find((one) => called(one) === `${kind} relais-worker`) as Manifest);

describe("the published schemas", () => {
  const taken = async (objects: readonly Manifest[]): Promise<void> => {
    expect(objects).not.toEqual([]);
    for (const one of objects) expect(await schemaFaults(one), called(one)).toEqual([]);
  };

  test.each(resources)("accept every object of %s", (file) => taken(manifestsIn(file)));

  // Patches are no objects. What they make of one is, so the folders that have them are put together first.
  test.each(wholes)("accept every object that is built from %s", (folder) => taken(built(folder)));

  test("check every object of the overlays and components", () => {
    expect(wholes.map((folder) => basename(folder))).toEqual(["base", "dev", "prod"]);
    const seen = new Set(wholes.flatMap((folder) => built(folder)).map(called));
    expect([...seen].sort()).toEqual(resources.flatMap(manifestsIn).map(called).sort());
  });

  // There are models of versions, too, that no cluster has any more. All of those were alpha or beta.
  test("are those of stable versions", () => {
    const versions = resources.flatMap(manifestsIn).map(({ apiVersion }) => apiVersion);
    expect(versions.filter((version) => !/(^|\/)v\d+$/.test(version))).toEqual([]);
  });
});

describe("the built manifests", () => {
  test("contain the patches of the development overlay, and its number of workers", () => {
    const dev = built(`${home}/overlays/dev`);
    const { spec } = worker(dev, "Deployment");
    expect(spec.replicas).toBe(1);
    expect(spec.template.spec.containers[0].envFrom).toEqual([
      { secretRef: { name: "relais-database" } },
      { secretRef: { name: "relais-smtp" } },
    ]);
    expect(worker(dev, "NetworkPolicy").spec.egress[1].ports.at(-1)).toEqual({ protocol: "TCP", port: 1025 });
  });

  test("contain the patches of production and of its component, and no other change", () => {
    const { spec } = worker(built(`${home}/overlays/prod`), "Deployment");
    const { topologySpreadConstraints, ...pod } = spec.template.spec;
    expect(topologySpreadConstraints).toHaveLength(1);
    expect(pod).toEqual(worker(built(`${home}/base`), "Deployment").spec.template.spec);
    expect(spec).not.toHaveProperty("replicas");
  });
});

describe("the check", () => {
  const prod = built(`${home}/overlays/prod`);
  const wrong = async (kind: string, spoil: (spec: Manifest["spec"]) => void): Promise<string> => {
    const manifest = worker(prod, kind);
    spoil(manifest.spec);
    return (await schemaFaults(manifest)).join("\n");
  };

  test("refuses a value of the wrong type, and a malformed one", async () => {
    const replicas = await wrong("Deployment", (spec) => Object.assign(spec, { replicas: "two" }));
    expect(replicas).toBe("data/spec/replicas must be integer");
    const quantity = await wrong("HorizontalPodAutoscaler", ({ metrics }) => {
      metrics[0].external.target.value = "thirty";
    });
    expect(quantity).toContain("data/spec/metrics/0/external/target/value");
  });

  test("refuses a field that is missing", async () => {
    const missing = await wrong("ServiceMonitor", (spec) => delete spec.selector);
    expect(missing).toBe("data/spec must have required property selector");
  });

  test("refuses a misspelt field at any depth", async () => {
    const pod = await wrong("Deployment", ({ template }) => {
      template.spec.containers[0].readinessProbe.httpGet.pth = "/readyz";
    });
    expect(pod).toBe("data/spec/template/spec/containers/0/readinessProbe/httpGet/pth is unknown");
    const monitor = await wrong("ServiceMonitor", ({ endpoints }) =>
      Object.assign(endpoints[0], { intervall: "15s" }),
    );
    expect(monitor).toBe("data/spec/endpoints/0/intervall is unknown");
    const top = { ...worker(prod, "Deployment"), sepc: {} };
    expect(await schemaFaults(top)).toEqual(["data/sepc is unknown"]);
  });

  test("accepts any name where the schema lists none", async () => {
    const label = await wrong("Deployment", ({ template }) =>
      Object.assign(template.metadata.labels, { "example.org/any": "one" }),
    );
    expect(label).toBe("");
  });

  test("reports a kind without a model, and an unknown version of it", async () => {
    for (const [apiVersion, kind] of [
      ["example.org/v1", "Nothing"],
      ["autoscaling/v3", "HorizontalPodAutoscaler"],
      ["apps/v1", "DeploymentSpec"],
    ] as const)
      expect(await schemaFaults({ ...worker(prod, "Deployment"), apiVersion, kind })).toEqual([
        `there is no model of ${apiVersion} ${kind}`,
      ]);
  });
});
