import { createRequire } from "node:module";
import { breaker, createChain, createMessage, link, type Observer, retry } from "@relais/core";
import { pinoObserver } from "@relais/pino";
import { prometheus } from "@relais/prometheus";
import * as client from "prom-client";
import { input, noop, rounds, type Send, sends, timed } from "./sends.ts";
import { median, table, verdict } from "./statistics.ts";

const scrapes = 200;
const targets = { prometheusUs: 2, pinoUs: 10, scrapeMs: 1 };

/** A scrape of everything that five providers in a watched chain give, ms. */
async function scrape(): Promise<number> {
  const registry = new client.Registry();
  const metrics = prometheus({ client, registry });
  const links = ["A", "B", "C", "D", "E"].map((id) => link(noop(id), retry(), breaker()));
  const chain = createChain(links, { observers: [metrics] });
  metrics.watch({ chain });
  await chain.send({ from: "a@example.org", to: "b@example.net", subject: "One", text: "One" });
  const took: number[] = [];
  for (let i = 0; i < scrapes; i++) {
    const began = performance.now();
    await registry.metrics();
    took.push(performance.now() - began);
  }
  return median(took);
}

/** What it costs a send to be watched; all ways in turns. */
export async function observers(): Promise<string> {
  // pino is a dependency of the package that observes with it.
  const pino = createRequire(new URL("../../packages/pino/package.json", import.meta.url))("pino");
  const logger = pino(
    { level: "info" },
    pino.destination({ dest: "/dev/null", sync: false, minLength: 4096 }),
  );
  const message = await createMessage(input);
  const watchedBy = (...all: Observer[]): Send => {
    const chain = createChain([noop("NOOP")], { policies: [], observers: all });
    return () => chain.send(message);
  };
  const ways: readonly [name: string, send: Send][] = [
    ["nobody", watchedBy()],
    ["an observer that does nothing", watchedBy(() => undefined)],
    ["prometheus", watchedBy(prometheus({ client, registry: new client.Registry() }))],
    ["pino at info", watchedBy(pinoObserver(logger))],
  ];
  const times = ways.map((): number[] => []);
  for (const [, send] of ways) for (let i = 0; i < 3; i++) await timed(send);
  for (let round = 0; round < rounds; round++) {
    for (const [i, [, send]] of ways.entries()) times[i]?.push((await timed(send)).wall);
  }
  // Round by round: what else the machine does meets all ways alike.
  const more = times.map((all) => median(all.map((us, round) => us - (times[0]?.[round] ?? 0))));
  const rows = ways.map(([name], i) => [name, median(times[i] ?? []).toFixed(2), (more[i] ?? 0).toFixed(2)]);
  const scrapeMs = await scrape();
  const [, , prometheusUs = 0, pinoUs = 0] = more;
  return [
    table(`A send watched by (median of ${rounds} rounds of ${sends})`, ["", "µs", "more"], rows),
    verdict(
      `prometheus: at most ${targets.prometheusUs} µs a send more, ${prometheusUs.toFixed(2)}`,
      prometheusUs <= targets.prometheusUs,
    ),
    verdict(
      `pino at info: at most ${targets.pinoUs} µs a send more, ${pinoUs.toFixed(2)}`,
      pinoUs <= targets.pinoUs,
    ),
    verdict(
      `a scrape with 5 providers: under ${targets.scrapeMs} ms, ${scrapeMs.toFixed(2)}`,
      scrapeMs < targets.scrapeMs,
    ),
  ].join("\n");
}
