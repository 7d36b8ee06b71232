import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { systemClock } from "../src/runtime/clock.ts";

const { after, now } = systemClock;
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("delays that share a timer", () => {
  test("ring in order, each in its time, but for those that were taken back", async () => {
    const rung: [string, number][] = [];
    const began = now();
    const note = (name: string) => () => void rung.push([name, now() - began]);
    const takeBack = [after(1_000, note("a")), after(1_000, note("b"))];
    await later(100);
    after(1_000, note("c"));
    const d = after(1_000, note("d"));
    takeBack[1]?.();
    d();
    // Node's own, a little later: however busy the machine is, it rings timers in order.
    await later(1_150);
    expect(rung.map(([name]) => name)).toEqual(["a", "c"]);
    expect(rung[0]?.[1]).toBeGreaterThanOrEqual(999);
    expect(rung[1]?.[1]).toBeGreaterThanOrEqual(1_099);
  });

  test("may be taken back after they rang, and twice, without harm to others", async () => {
    const rung: string[] = [];
    let first = (): void => undefined;
    const firstRang = new Promise<void>((resolve) => {
      first = after(1_001, () => resolve(void rung.push("first")));
    });
    await later(50);
    const secondRang = new Promise<void>((resolve) => {
      after(1_001, () => resolve(void rung.push("second")));
    });
    await firstRang;
    first();
    first();
    await secondRang;
    expect(rung).toEqual(["first", "second"]);
  });
});

test("one that throws does not cost the others their time", async () => {
  const program = `
    import { systemClock } from "@relais/core";
    process.on("uncaughtException", () => {});
    systemClock.after(1_000, () => { throw new Error("a fault of somebody's"); });
    systemClock.after(1_000, () => console.log("second"));
    setTimeout(() => systemClock.after(1_000, () => console.log("third")), 100);`;
  const { out } = await run(program);
  expect(out.split("\n")).toEqual(["second", "third"]);
});

test("delays that were taken back do not pile up behind one that still waits", async () => {
  const program = `
    import { systemClock } from "@relais/core";
    const takeBack = systemClock.after(60_000, () => {});
    const some = (n: number) => { for (let i = 0; i < n; i++) systemClock.after(60_000, () => {})(); globalThis.gc?.(); return process.memoryUsage().heapUsed; };
    some(50_000);
    const before = some(1_000);
    console.log(some(300_000) - before);
    takeBack();`;
  expect(Number((await run(program, "--expose-gc")).out)).toBeLessThan(2_000_000);
});

// Whether a process lives on is only seen from outside.
async function run(program: string, ...flags: string[]): Promise<{ out: string; ms: number }> {
  const began = performance.now();
  const args = ["--conditions=@relais/source", ...flags, "--input-type=module-typescript", "-e", program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
  return { out: stdout.trim(), ms: performance.now() - began };
}
const clock = 'import { systemClock } from "@relais/core"; const { after } = systemClock;';

test("a delay keeps the process alive until it has rung", async () => {
  expect((await run(`${clock} after(1_200, () => console.log("rang"));`)).out).toBe("rang");
});

test("one that was taken back does not, and a later one does again", async () => {
  expect((await run(`${clock} after(60_000, () => {})(); console.log("over");`)).ms).toBeLessThan(20_000);
  const again = `${clock} after(1_000, () => {})(); setTimeout(() => after(1_000, () => console.log("rang")), 300);`;
  expect((await run(again)).out).toBe("rang");
});
