// Writes numbered lines to a standard output that nobody reads, until it is told that somebody does; then some more.

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { logWriter } from "../../src/cli/log-writer.ts";

const write = logWriter(process.stdout, (lines) => `dropped ${lines}`);
const line = (n: number): void => write(`${n} ${"x".repeat(1_000)}`);
const before = process.memoryUsage().rss;
let most = 0;
let n = 0;
for (let round = 0; round < 100; round++) {
  for (let i = 0; i < 2_000; i++) line(n++);
  await sleep(1);
  most = Math.max(most, process.stdout.writableLength);
}
process.send?.({ grown: process.memoryUsage().rss - before, most, n });
await once(process, "message"); // It is read from now on.
while (process.stdout.writableLength > 0) await sleep(10);
for (let i = 0; i < 3; i++) line(n++);
process.disconnect();
