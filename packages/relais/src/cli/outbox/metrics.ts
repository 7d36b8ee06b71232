import type { ServerResponse } from "node:http";
import type { MetricsClient, PrometheusObserver } from "@relais/prometheus";
import { ConfigurationError } from "../../environment/settings-reader.ts";

/** Metrics of a worker, and the page that shows them. */
export interface Metrics {
  readonly observer: PrometheusObserver;
  page(response: ServerResponse): Promise<void>;
  /** As `processMetrics` puts those of several processes together. */
  json(): Promise<readonly MetricJson[]>;
}

/** A registry of prom-client, as far as it is used here. */
interface Registry {
  readonly contentType: string;
  metrics(): Promise<string>;
  getMetricsAsJSON(): Promise<readonly MetricJson[]>;
}

interface MetricJson {
  readonly type: unknown;
}

interface Client extends MetricsClient {
  readonly Registry: new () => Registry;
  readonly AggregatorRegistry: {
    aggregate(all: readonly (readonly MetricJson[])[]): Registry;
  };
}

/** How to get what is missing of the two packages. */
function notInstalled(names: readonly string[]): ConfigurationError {
  const what = names.length === 1 ? "a package that is" : "two packages that are";
  return new ConfigurationError([`Metrics need ${what} not installed: npm install ${names.join(" ")}`]);
}

const loadKit = () => import("@relais/prometheus").catch(() => undefined);

/** prom-client, or its successor. @throws {ConfigurationError} neither is installed */
async function clientModule(): Promise<Client> {
  for (const name of ["prom-client", "@prometheus-io/client"]) {
    try {
      const module = await import(name);
      return module.Registry === undefined ? module.default : module;
    } catch {
      // Perhaps the other one is installed.
    }
  }
  const own = (await loadKit()) === undefined ? ["@relais/prometheus"] : [];
  throw notInstalled([...own, "prom-client"]);
}

/** Loaded with `--metrics` alone. @throws {ConfigurationError} how to get what is missing */
export async function openMetrics(): Promise<Metrics> {
  const client = await clientModule();
  const kit = await loadKit();
  if (kit === undefined) throw notInstalled(["@relais/prometheus"]);
  const registry = new client.Registry();
  const observer = kit.prometheus({ client, registry: registry as never });
  return {
    observer,
    page: (response) => answer(registry, response),
    json: () => registry.getMetricsAsJSON(),
  };
}

async function answer(registry: Registry, response: ServerResponse): Promise<void> {
  const text = await registry.metrics();
  response.writeHead(200, { "content-type": registry.contentType, "cache-control": "no-store" }).end(text);
}

/** The metrics of one of several processes. */
export interface ProcessFigures {
  readonly metrics: readonly MetricJson[];
  readonly memoryBytes: number;
}

/** Metrics of several processes, on one page. */
export interface ProcessMetrics {
  page(all: ReadonlyMap<number, ProcessFigures>, response: ServerResponse): Promise<void>;
  /** One has ended: another has its number from now on. */
  ended(number: number): void;
}

/**
 * Counters are summed; what is the same for all of them, as the outbox is, is told once. What processes have counted that
 * ended since counts on, as far as it was asked for.
 * @throws {ConfigurationError} how to get what is missing
 */
export async function processMetrics(): Promise<ProcessMetrics> {
  const { AggregatorRegistry, Gauge, Counter } = await clientModule();
  if ((await loadKit()) === undefined) throw notInstalled(["@relais/prometheus"]);
  const lasting: readonly unknown[] = ["counter", "histogram"];
  const last = new Map<number, readonly MetricJson[]>();
  const gone: (readonly MetricJson[])[] = [];
  const restarts = new Map<number, number>();
  return {
    async page(all, response) {
      for (const [number, { metrics }] of all) last.set(number, metrics);
      // Of all that are gone one list is kept.
      if (gone.length > 1) gone.push(await AggregatorRegistry.aggregate(gone.splice(0)).getMetricsAsJSON());
      const registry = AggregatorRegistry.aggregate([
        ...gone,
        ...[...all.values()].map(({ metrics }) => metrics),
      ]);
      const make = { labelNames: ["process"], registers: [registry] };
      const memory = new Gauge({
        ...make,
        name: "relais_worker_process_memory_bytes",
        help: "Memory that each process of a worker has resident",
      } as never);
      const restarted = new Counter({
        ...make,
        name: "relais_worker_process_restarts_total",
        help: "Processes of a worker that ended by themselves, and were replaced",
      } as never);
      for (const [number, { memoryBytes }] of all) memory.set({ process: String(number) }, memoryBytes);
      for (const [number, times] of restarts) restarted.inc({ process: String(number) }, times);
      await answer(registry, response);
    },
    ended(number) {
      restarts.set(number, (restarts.get(number) ?? 0) + 1);
      const counted = last.get(number)?.filter(({ type }) => lasting.includes(type));
      if (counted !== undefined) gone.push(counted);
      last.delete(number);
    },
  };
}
