import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";

test("200 MB of a log that nobody reads cost a bounded memory, and their lines are counted when it is read", async () => {
  const child = fork(join(import.meta.dirname, "log-writer-child.ts"), {
    execArgv: ["--conditions=@relais/source"],
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const [{ grown, most, n }] = (await once(child, "message")) as [{ grown: number; most: number; n: number }];
  expect(most).toBeLessThan(1_100_000);
  expect(grown).toBeLessThan(80_000_000);
  const lines: string[] = [];
  let rest = "";
  child.stdout?.on("data", (part: Buffer) => {
    const pieces = (rest + part).split("\n");
    rest = pieces.pop() ?? "";
    lines.push(...pieces.map((line) => line.split(" x")[0] as string));
  });
  child.send("read");
  expect(await once(child, "close")).toEqual([0, null]);
  const at = lines.findIndex((line) => line.startsWith("dropped"));
  const numbers = (part: readonly string[]): number[] => part.map(Number);
  expect(numbers(lines.slice(0, at))).toEqual(Array.from({ length: at }, (_, i) => i));
  expect(lines.slice(at)).toEqual([`dropped ${n - at}`, `${n}`, `${n + 1}`, `${n + 2}`]);
}, 30_000);
