import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processLock } from "@relais/core/spi";
import { expect, test } from "vitest";

const path = (): string => join(mkdtempSync(join(tmpdir(), "relais-lock-")), "it");

test("one has it at a time, and it can be had again", () => {
  const place = path();
  const free = processLock(place);
  expect(free).toBeTypeOf("function");
  expect(processLock(place)).toBeUndefined();
  free?.();
  const again = processLock(place);
  expect(again).toBeTypeOf("function");
  again?.();
});

test("it is free once its holder has been killed", async () => {
  const place = path();
  const program = `import { processLock } from "@relais/core/spi";
    if (processLock(${JSON.stringify(place)}) !== undefined) console.log("locked");
    setInterval(() => {}, 1000);`;
  const args = ["--conditions=@relais/source", "--input-type=module-typescript", "-e", program];
  const child = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  expect(processLock(place)).toBeUndefined();
  child.kill("SIGKILL");
  await once(child, "close");
  const free = processLock(place);
  expect(free).toBeTypeOf("function");
  free?.();
});

test("a folder that is not there is told of", () => {
  expect(() => processLock("/nowhere/at/all")).toThrow("unable to open database file");
});
