import * as successor from "@prometheus-io/client";
import fc from "fast-check";
import * as client from "prom-client";
import { expect, test } from "vitest";
import { buckets } from "../src/metrics/catalogue.ts";
import { localHistogram } from "../src/registry/histogram.ts";

const clients = [
  ["prom-client", client],
  ["@prometheus-io/client", successor as unknown as typeof client],
] as const;
// Whole ms: the sum of the client's seconds and that of our ms are then the same to the last digit that is compared.
const durations = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 200_000 }), fc.constantFrom(...buckets.map((s) => s * 1_000))),
);

/** The text with each sum to the microsecond. */
const rounded = (text: string): string =>
  text.replace(/^(.*_sum\S*) (\S+)$/gm, (_, series, value) => `${series} ${Number(value).toFixed(6)}`);

test.each(clients)(
  "says what a histogram of %s says of the same durations",
  async (_name, { Registry, Histogram }) => {
    await fc.assert(
      fc.asyncProperty(durations, durations, fc.boolean(), async (one, two, openMetrics) => {
        const type = openMetrics ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
        const [theirs, ours] = [new Registry(), new Registry()];
        for (const registry of [theirs, ours]) registry.setContentType(type as never);
        const [name, help] = ["relais_seconds", "How long it took"];
        const plain = new Histogram({
          name,
          help,
          labelNames: ["a", "b"],
          buckets: [...buckets],
          registers: [theirs],
        });
        const own = localHistogram(name, help, buckets);
        ours.registerMetric(own as never);
        for (const [b, all] of [
          ["one", one],
          ["two", two],
        ] as const) {
          const labels = { a: "x", b };
          plain.zero(labels);
          const take = own.series(labels);
          for (const ms of all) {
            plain.observe(labels, ms / 1_000);
            take(ms);
          }
        }
        expect(rounded(await ours.metrics())).toBe(rounded(await theirs.metrics()));
        ours.resetMetrics();
        expect(await ours.metrics()).toMatch(/_count\{a="x",b="one"\} 0$/m);
      }),
      { numRuns: 60 },
    );
  },
);
