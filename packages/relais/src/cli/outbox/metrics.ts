import type { ServerResponse } from "node:http";
import type { MetricsClient, PrometheusObserver } from "@relais/prometheus";
import { ConfigurationError } from "../../environment/settings-reader.ts";

/** Metrics of a worker, and the page that shows them. */
export interface Metrics {
  readonly observer: PrometheusObserver;
  page(response: ServerResponse): Promise<void>;
}

/** A registry of prom-client, as far as it is used here. */
interface Registry {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** How to get what is missing of the two packages. */
function notInstalled(names: readonly string[]): ConfigurationError {
  const what = names.length === 1 ? "a package that is" : "two packages that are";
  return new ConfigurationError([`Metrics need ${what} not installed: npm install ${names.join(" ")}`]);
}

const loadKit = () => import("@relais/prometheus").catch(() => undefined);

/** prom-client, or its successor. @throws {ConfigurationError} neither is installed */
async function clientModule(): Promise<MetricsClient & { readonly Registry: new () => Registry }> {
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
    async page(response) {
      const text = await registry.metrics();
      response
        .writeHead(200, { "content-type": registry.contentType, "cache-control": "no-store" })
        .end(text);
    },
  };
}
