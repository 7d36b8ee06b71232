// How each library decides when servers misbehave: `npm run bench:decisions [-- --only ID[,ID]] [--fault WORDS]`.
// Writes docs/decisions-compared.{json,md}, if all libraries and faults were run.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../../repo/root.ts";
import { peers } from "../peers/all.ts";
import { install, type Peer } from "../peers/peer.ts";
import { faults, timeoutMs } from "./faults.ts";
import { verdicts } from "./judge.ts";
import { meet, type Result } from "./meet.ts";
import { type Comparison, json, page } from "./page.ts";
import { remote } from "./remote.ts";

const { values } = parseArgs({ options: { only: { type: "string" }, fault: { type: "string" } } });
const wanted = values.only?.split(",");
const chosen = peers.filter(({ id }) => wanted?.includes(id) ?? true);
const some = faults.filter(({ name }) => name.includes(values.fault ?? ""));

async function run(peer: Peer): Promise<readonly [string, Result[]]> {
  const far = remote(peer);
  const results: Result[] = [];
  // So that the first fault does not pay for what is loaded once.
  await meet({ name: "none", group: "none", primary: { means: "accepted" } }, far.makeFailover);
  for (const fault of some) {
    const result = await meet(fault, far.makeFailover);
    results.push(result);
    if (values.fault !== undefined || (wanted !== undefined && result.verdict !== "right"))
      console.log(peer.id, JSON.stringify(result));
  }
  far.stop();
  const counts = verdicts.map((one) => `${results.filter(({ verdict }) => verdict === one).length} ${one}`);
  console.log(`${peer.title}: ${counts.join(", ")}`);
  return [peer.id, results];
}

// One after the other: two that install into the same folder would meet there.
for (const peer of chosen) await install(peer);
const results = Object.fromEntries(await Promise.all(chosen.map(run)));
if (chosen.length === peers.length && some.length === faults.length) {
  const date = new Date().toISOString().slice(0, 10);
  const comparison: Comparison = { date, node: process.versions.node, timeoutMs, results };
  writeFileSync(join(root, "docs/decisions-compared.json"), json(comparison));
  writeFileSync(join(root, "docs/decisions-compared.md"), page(comparison, faults, peers));
}
