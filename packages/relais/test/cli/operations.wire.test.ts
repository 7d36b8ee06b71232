import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runHere } from "./run-here.ts";

const names = [
  "alerts/relais.rules.test.yml",
  "alerts/relais.rules.yml",
  "grafana/provisioning.yml",
  "grafana/relais.json",
];

test("operations export writes what @relais/prometheus ships, and never over what differs", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "relais-operations-"));
  const shipped = (name: string) =>
    readFileSync(join(import.meta.dirname, "../../../prometheus/operations", name), "utf8");
  const files = names.map((name) => join(cwd, "monitoring", name));
  const run = (...more: string[]) =>
    runHere(["operations", "export", "--dir", "monitoring", ...more], { cwd });
  const first = await run();
  expect(first).toMatchObject({ code: 0, err: "" });
  expect(first.out.split("\n")).toEqual(files.map((file) => `${file} is written`));
  for (const [i, file] of files.entries()) expect(readFileSync(file, "utf8")).toBe(shipped(names[i] ?? ""));
  expect((await run()).out.split("\n")).toEqual(files.map((file) => `${file} is as it should be`));

  const own = files[1] ?? "";
  writeFileSync(own, "groups: []\n");
  expect(await run()).toMatchObject({ code: 2, err: `${own} is there and differs; --force writes over it.` });
  expect(readFileSync(own, "utf8")).toBe("groups: []\n");
  const forced = await run("--force", "--json");
  expect(JSON.parse(forced.out)).toEqual({ folder: join(cwd, "monitoring"), written: [own] });
  expect(readFileSync(own, "utf8")).toBe(shipped(names[1] ?? ""));

  writeFileSync(join(cwd, "a-file"), "");
  const blocked = await runHere(["operations", "export", "--dir", "a-file"], { cwd });
  expect(blocked).toMatchObject({ code: 1, err: expect.stringMatching(/a-file cannot be written: E\w+\.$/) });
});

test("without a folder they stand in operations", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "relais-operations-"));
  expect((await runHere(["operations", "export"], { cwd })).code).toBe(0);
  expect(readFileSync(join(cwd, "operations/alerts/relais.rules.yml"), "utf8")).toContain("groups:");
});
