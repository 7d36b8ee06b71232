// Relais beside other libraries that send mail: `npm run bench:peers`. Installs them beside this repository, measures every
// row of rows.ts in turns, and writes docs/benchmarks.md, its charts and its figures. With the sinks in processes of their
// own, and each library in one of its own.
//
//   npm run bench:peers               some ten minutes, on a machine that does nothing else
//   npm run bench:peers -- --quick    every row with few mails, into .test-results
//   npm run bench:peers -- --page     measures nothing, writes the page anew from the figures
//   … --to FOLDER                     writes there
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { freePort } from "../../repo/free-port.ts";
import { root } from "../../repo/root.ts";
import { manifestAt } from "../../repo/workspace.ts";
import { startSink } from "../start-sink.ts";
import { install, libraries } from "./install.ts";
import { measure } from "./measure.ts";
import { type Others, pageFiles } from "./page.ts";
import type { Outcome, Results } from "./results.ts";
import { rows } from "./rows.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    page: { type: "boolean", default: false },
    to: { type: "string" },
  },
});
const isQuick = values.quick;
const to = resolve(root, values.to ?? (isQuick ? ".test-results/bench-peers" : "docs"));
const figures = join(to, "benchmarks/peers.json");
const all = await libraries();

async function results(): Promise<Results> {
  const load = (): number => Number((loadavg()[0] ?? 0).toFixed(1));
  const before = load();
  const installed = await install(all);
  const near = await startSink();
  const far = await startSink({ roundTripMs: 20 });
  const silent = await startSink({ silent: true });
  try {
    const ports = { near: near.port, far: far.port, refused: await freePort(), silent: silent.port };
    const measured: Record<string, Record<string, Outcome>> = {};
    for (const row of rows) {
      console.log(row.title);
      measured[row.id] = await measure(row, all, installed, { ports, sinks: { near, far }, isQuick });
    }
    return {
      date: new Date().toISOString().slice(0, 10),
      isQuick,
      machine: {
        cpu: cpus()[0]?.model.trim() ?? "",
        cores: availableParallelism(),
        memoryGb: Math.round(totalmem() / 2 ** 30),
        system: `${type()} ${release().replace(/^(\d+\.\d+).*/, "$1")}`,
        node: process.versions.node,
        load: [before, load()],
      },
      libraries: all.map(({ id, name, packages }) => ({
        id,
        name,
        versions: id === "relais" ? { relais: manifestAt("packages/relais").version ?? "" } : packages,
      })),
      rows: measured,
    };
  } finally {
    for (const sink of [near, far, silent]) sink.stop();
  }
}

if (!values.page) {
  const found = await results();
  mkdirSync(dirname(figures), { recursive: true });
  writeFileSync(figures, `${JSON.stringify(found, null, 1)}\n`);
}
const read = <Shape>(file: string): Shape => JSON.parse(readFileSync(file, "utf8"));
const others = join(to, "benchmarks/others.json");
const files = pageFiles(read<Results>(figures), all, existsSync(others) ? read<Others>(others) : undefined);
for (const [file, text] of Object.entries(files)) writeFileSync(join(to, file), text);
console.log(`${join(to, "benchmarks.md")}`);
