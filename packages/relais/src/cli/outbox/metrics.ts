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

const missing =
  "Metrics need two packages that are not installed: npm install @relais/prometheus prom-client";

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
  throw new ConfigurationError([missing]);
}

/** Loaded with `--metrics` alone. @throws {ConfigurationError} how to get what is missing */
export async function openMetrics(): Promise<Metrics> {
  const client = await clientModule();
  const kit = await import("@relais/prometheus").catch(() => {
    throw new ConfigurationError([missing]);
  });
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
