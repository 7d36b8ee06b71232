import * as successor from "@prometheus-io/client";
import { createChain } from "@relais/core";
import { receipt } from "@relais/core/spi";
import { prometheus } from "@relais/prometheus";
import * as promClient from "prom-client";
import { describe, expect, test } from "vitest";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const provider = {
  id: "A",
  send: async () => receipt({ provider: "A", messageId: "m", accepted: ["ann@example.net"] }),
};
const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Hello", text: "Hello" };

describe.each([
  ["prom-client", promClient],
  ["@prometheus-io/client", successor],
] as const)("with %s", (_name, client) => {
  const scraped = async (openMetrics: boolean, traceId?: () => string | undefined): Promise<string> => {
    const { Registry } = client;
    const registry = openMetrics ? new Registry(Registry.OPENMETRICS_CONTENT_TYPE) : new Registry();
    const metrics = prometheus({ client, registry, traceId });
    const chain = createChain([provider], { policies: [], observers: [metrics] });
    metrics.watch({ chain });
    await chain.send(mail);
    const text = await registry.metrics();
    expect(text).toMatch(/^relais_deliveries_total\{chain="chain",status="sent",provider="A"\} 1( #.*)?$/m);
    expect(text).toMatch(/^relais_possible_duplicates_total 0$/m);
    expect(text).toMatch(/^relais_delivery_duration_seconds_count\{chain="chain",status="sent"\} 1$/m);
    return text;
  };

  test("an OpenMetrics registry carries the id of the trace", async () => {
    const text = await scraped(true, () => trace);
    expect(text).toMatch(new RegExp(`^relais_deliveries_total.* 1 # \\{trace_id="${trace}"\\} 1 `, "m"));
    expect(text).toMatch(
      new RegExp(`^relais_delivery_duration_seconds_bucket.* 1 # \\{trace_id="${trace}"\\}`, "m"),
    );
    expect(text.endsWith("# EOF\n")).toBe(true);
  });

  test("no other registry does, and nothing is carried where no trace is under way", async () => {
    expect(await scraped(false, () => trace)).not.toContain("trace_id");
    expect(await scraped(true)).not.toContain("trace_id");
    expect(await scraped(true, () => undefined)).not.toContain("trace_id");
  });

  test("what is no id is left out, and so is the id of a function that throws", async () => {
    expect(await scraped(true, () => "ann@example.net")).not.toMatch(/trace_id|example\.net/);
    const fails = (): string => {
      throw new Error("no");
    };
    expect(await scraped(true, fails)).not.toContain("trace_id");
  });
});
