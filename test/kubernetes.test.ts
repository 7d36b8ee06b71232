import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filesUnder } from "./repo/files-under.ts";
import {
  acceptsConfig,
  type Container,
  type Manifest,
  manifestsIn,
  selects,
  yamlFile,
} from "./repo/kubernetes.ts";
import { links, page } from "./repo/markdown.ts";
import { root } from "./repo/root.ts";
import { type WorkerProcess, workerProcess } from "./repo/worker-process.ts";
import { manifestAt } from "./repo/workspace.ts";

const home = "examples/kubernetes";
const files = filesUnder(home, ".yaml");
const kustomizations = files.filter((file) => basename(file) === "kustomization.yaml");
const configurations = files.filter((file) => basename(file) === "relais.config.yaml");
const values = files.filter((file) => file.endsWith(".values.yaml"));
const manifests = files.filter((file) => ![...kustomizations, ...configurations, ...values].includes(file));
const objects = manifests.flatMap(manifestsIn);
const readme = page(`${home}/README.md`);

const deployment = objects.find(
  ({ kind, metadata }) => kind === "Deployment" && metadata.name === "relais-worker" && metadata.labels,
) as Manifest;
const pod = deployment.spec.template.spec;
const worker = pod.containers[0] as Container;
const flag = (name: string): string => worker.args[worker.args.indexOf(name) + 1] ?? "";
const probes = [worker.startupProbe, worker.livenessProbe, worker.readinessProbe];

describe("the kustomize files", () => {
  test("exist, and name their kind", () => {
    expect(kustomizations).toHaveLength(4);
    expect(objects.length).toBeGreaterThan(10);
    for (const { apiVersion, kind, metadata } of objects) {
      expect({ apiVersion, kind, name: metadata.name }).toEqual({
        apiVersion: expect.stringMatching(/^([a-z0-9.]+\/)?v\d/),
        kind: expect.stringMatching(/^[A-Z]/),
        name: expect.stringMatching(/^[a-z0-9-]+$/),
      });
    }
  });

  test("name existing files, and leave none out", () => {
    const named = kustomizations.flatMap((file) => {
      const { resources = [], patches = [], components = [], ...rest } = yamlFile(file);
      const generators = [...(rest.configMapGenerator ?? []), ...(rest.secretGenerator ?? [])];
      const paths = [
        ...resources,
        ...components,
        ...patches.flatMap((one: { path?: string }) => one.path ?? []),
        ...generators.flatMap(({ files: own = [], envs = [] }) => [...own, ...envs]),
      ];
      return paths.map((path: string) => join(dirname(file), path));
    });
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect([...manifests, ...configurations].filter((file) => !named.includes(file))).toEqual([]);
  });

  test("contain no secret", () => {
    expect(objects.filter(({ kind }) => kind === "Secret")).toEqual([]);
    for (const file of filesUnder(home, ".properties"))
      expect(page(file)).not.toMatch(/PASS|SECRET|:[^/@\s]+@/);
  });
});

describe("references between manifests", () => {
  const labels = deployment.spec.template.metadata.labels;

  test("every selector matches its pods", () => {
    const deployments = objects.filter(({ kind, spec }) => kind === "Deployment" && spec.selector);
    expect(deployments).toHaveLength(3);
    for (const { spec } of deployments)
      expect(selects(spec.selector, spec.template.metadata.labels)).toBe(true);
    for (const kind of ["PodDisruptionBudget", "NetworkPolicy"]) {
      const { spec } = objects.find((one) => one.kind === kind) as Manifest;
      expect(selects(spec.selector ?? spec.podSelector, labels), kind).toBe(true);
    }
    for (const { spec, metadata } of objects.filter(({ kind }) => kind === "Service")) {
      const behind = deployments.filter((one) =>
        selects({ matchLabels: spec.selector }, one.spec.template.metadata.labels),
      );
      expect(behind, metadata.name).toHaveLength(1);
      const ports = behind[0]?.spec.template.spec.containers[0].ports as Container["ports"];
      for (const { port, targetPort = port } of spec.ports)
        expect(ports.some((one) => [one.name, one.containerPort].includes(targetPort))).toBe(true);
    }
  });

  test("the monitor finds the service, the autoscaler the workers and its metric", () => {
    const monitor = objects.find(({ kind }) => kind === "ServiceMonitor") as Manifest;
    const service = objects.find(
      ({ kind, metadata }) => kind === "Service" && selects(monitor.spec.selector, metadata.labels ?? {}),
    );
    expect(service?.spec.ports.map((one: { name: string }) => one.name)).toContain(
      monitor.spec.endpoints[0].port,
    );
    const { spec } = objects.find(({ kind }) => kind === "HorizontalPodAutoscaler") as Manifest;
    expect(spec.scaleTargetRef).toMatchObject({ kind: "Deployment", name: deployment.metadata.name });
    const metric = spec.metrics[0].external.metric.name;
    const rules = values.flatMap((file) => yamlFile(file).rules.external);
    expect(rules.map((rule: { name: { as: string } }) => rule.name.as)).toEqual([metric]);
    const metrics = filesUnder("packages/prometheus/src", ".ts").map(page).join("\n");
    expect(metrics).toContain(`name: "${metric.replace(/^relais_/, "")}"`);
  });

  test("every secret of a worker is created by the development overlay or by the README", () => {
    const read = worker.envFrom.map((one) => one.secretRef.name);
    expect(read).toEqual(["relais-database", "relais-smtp", "relais-ses"]);
    const { secretGenerator, patches } = yamlFile(`${home}/overlays/dev/kustomization.yaml`);
    const removed = /envFrom\/(\d)/.exec(patches[0].patch)?.[1];
    const left = read.filter((_, i) => i !== Number(removed));
    expect(secretGenerator.map((one: { name: string }) => one.name)).toEqual(left);
    const made = [...readme.matchAll(/create secret generic (\S+) (.*)/g)];
    expect(made.map(([, name]) => name)).toEqual(read);
    // What stands in them is what the code reads.
    const variables = made.flatMap(([, , rest = ""]) => [...rest.matchAll(/--from-file=(\S+)/g)]);
    const known = ["environment/smtp-from-env", "environment/ses-from-env", "cli/outbox/open-outbox"]
      .map((name) => page(`packages/relais/src/${name}.ts`))
      .join("\n");
    expect(variables).toHaveLength(7);
    for (const [, name = ""] of variables) expect(known).toMatch(new RegExp(`\\b${name}\\b`));
  });

  test("configurations pass the schema, and one that is wrong does not", () => {
    expect(configurations).toHaveLength(2);
    for (const file of configurations) expect(acceptsConfig(yamlFile(file)), file).toBe(true);
    expect(acceptsConfig({ ...yamlFile(configurations[0] as string), deadline: 1 })).toBe(false);
  });

  test("the deadline is shorter than the grace, and that is shorter than the pod's termination", () => {
    const graceMs = Number(/^(\d+)s$/.exec(flag("--grace"))?.[1]) * 1_000;
    // The worker gives up what is under way 1.5 s before its grace is over.
    for (const file of configurations) expect(yamlFile(file).deadlineMs).toBeLessThan(graceMs - 1_500);
    expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(graceMs + 5_000);
  });
});

describe("the image and the pod", () => {
  const dockerfile = readFileSync(join(root, home, "Dockerfile"), "utf8");

  test("run as a non-root user, enforced by the pod", () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf("\nFROM "));
    expect(last).toMatch(/^\nFROM node:24-slim\n/);
    const user = /^USER (\d+):(\d+)$/m.exec(last)?.slice(1).map(Number);
    expect(user).toEqual([pod.securityContext.runAsUser, pod.securityContext.runAsGroup]);
    expect(user).not.toContain(0);
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(worker.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  test("contain relais and every package of this repository that it needs", () => {
    const packed = [...dockerfile.matchAll(/\.\/(relais(?:-[a-z]+)*)-(?:\*|\[0-9\]\*)\.tgz/g)].map(
      ([, name = ""]) => name.replace("relais-", "@relais/"),
    );
    const needed = new Set(["relais", "@relais/outbox", "@relais/http", "@relais/prometheus"]);
    expect(worker.args, "which is what the last one is for").toContain("--metrics");
    for (const name of needed) {
      const { dependencies } = manifestAt(`packages/${name.replace("@relais/", "")}`);
      for (const one of Object.keys(dependencies ?? {})) if (one.startsWith("@relais/")) needed.add(one);
    }
    expect(packed.sort()).toEqual([...needed].sort());
  });

  test("links of the README have a target", () => {
    const outside = links(readme).filter((link) => !/^(https:|#)/.test(link));
    expect(outside.filter((link) => !existsSync(join(root, home, link)))).toEqual([]);
  });
});

describe("the worker, with the arguments of the Deployment", () => {
  const folder = mkdtempSync(join(tmpdir(), "relais-pod-"));
  let running: WorkerProcess;
  beforeAll(async () => {
    running = await workerProcess({
      args: [...worker.args, "--host", "127.0.0.1", "--port", "0", "--folder", join(folder, "outbox")],
      cwd: join(root, home, "base"),
      env: {
        SMTP_HOST: "127.0.0.1",
        AWS_SES_REGION: "eu-west-1",
        AWS_SES_ACCESS_KEY_ID: "AKIDEXAMPLE",
        AWS_SES_SECRET_ACCESS_KEY: "secret",
      },
    });
  });
  afterAll(async () => {
    await running?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  const status = async (path: string): Promise<number> => (await fetch(`${running.url}${path}`)).status;

  test("answers every probe, at the port of the pod", async () => {
    expect(flag("--port")).toBe(String(worker.ports[0]?.containerPort));
    for (const probe of probes) {
      expect(probe.httpGet.port).toBe(worker.ports[0]?.name);
      expect(await status(probe.httpGet.path), probe.httpGet.path).toBe(200);
    }
    expect(await status("/nothing")).toBe(404);
  });

  test("serves metrics if production has the monitor, and production has the monitor if it does", async () => {
    const { endpoints } = (objects.find(({ kind }) => kind === "ServiceMonitor") as Manifest).spec;
    const { components = [] } = yamlFile(`${home}/overlays/prod/kustomization.yaml`);
    expect((await status(endpoints[0].path)) === 200).toBe(components.includes("../../components/metrics"));
  });

  test("exits with 0 on SIGTERM", async () => {
    expect(await running.terminate()).toBe(0);
  });
});
