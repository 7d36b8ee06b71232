import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { libraries } from "./bench/peers/install.ts";
import { pageFiles } from "./bench/peers/page.ts";
import type { Results, Round } from "./bench/peers/results.ts";
import { rows } from "./bench/peers/rows.ts";
import { root } from "./repo/root.ts";

const all = await libraries();
const docs = join(root, "docs");

test("docs/benchmarks.md has the figures that were measured; npm run bench:peers -- --page writes it anew", () => {
  const read = (file: string): string => readFileSync(join(docs, file), "utf8");
  const results: Results = JSON.parse(read("benchmarks/peers.json"));
  expect(results.isQuick).toBe(false);
  const others = existsSync(join(docs, "benchmarks/others.json"))
    ? JSON.parse(read("benchmarks/others.json"))
    : undefined;
  const files = pageFiles(results, all, others);
  for (const [file, text] of Object.entries(files)) expect(read(file), file).toBe(text);
  const charts = readdirSync(join(docs, "benchmarks")).filter((file) => file.endsWith(".svg"));
  expect(charts.filter((file) => files[`benchmarks/${file}`] === undefined)).toEqual([]);
});

describe("a page", () => {
  const round = (some: Partial<Round>): Round => ({
    rate: 100,
    cpuUs: 100,
    meanMs: 10,
    p50Ms: 10,
    p99Ms: 20,
    worstS: 1,
    wallS: 5,
    firstMs: 60,
    rssMb: 70,
    sent: 10,
    delivered: 10,
    arrived: 10,
    sinkUs: 50,
    ...some,
  });
  const made = (ours: readonly Round[], peers: readonly Round[]): Results => ({
    date: "2026-01-01",
    isQuick: false,
    machine: { cpu: "CPU <x>", cores: 2, memoryGb: 4, system: "Linux 6.1", node: "24.0.0", load: [0, 1] },
    libraries: ["relais", "upyo", "nodemailer"].map((id) => ({ id, name: id, versions: { [id]: "1.0.0" } })),
    rows: Object.fromEntries(
      rows.map(({ id }) => [
        id,
        { relais: { rounds: ours }, upyo: { rounds: peers }, nodemailer: { cannot: "it is a stamp" } },
      ]),
    ),
  });
  const upyo = all.filter(({ id }) => id === "upyo");
  const page = (results: Results): string => pageFiles(results, upyo, undefined)["benchmarks.md"] ?? "";

  test("says where Relais is not first, by how much, and why", () => {
    const behind = page(made([round({ rate: 100 })], [round({ rate: 200 })]));
    expect(behind).toContain(
      `**Mails a second:** Relais is second, with 50 % less than upyo. ${upyo[0]?.ahead?.["at-once"]}`,
    );
    const slower = page(made([round({ wallS: 6 })], [round({ wallS: 4 })]));
    expect(slower).toContain("**Time of all 15:** Relais is second, with 50 % more than upyo. ");
    const ahead = page(made([round({ rate: 300 })], [round({ rate: 200 })]));
    expect(ahead).toContain("**Mails a second:** Relais is first, with 50 % more than upyo.");
    const twice = page(made([round({ wallS: 10 })], [round({ wallS: 4 })]));
    expect(twice).toContain("**Time of all 15:** Relais is second, with 2.50 times as much as upyo. ");
    const equal = page(made([round({ wallS: 4.01 })], [round({ wallS: 4 })]));
    expect(equal).toContain("**Time of all 15:** Relais is second, equal to upyo within 1 %. ");
  });

  test("has medians with their spread, and says where rounds overlap", () => {
    const some = [100, 120, 110].map((rate) => round({ rate }));
    const text = page(made(some, [round({ rate: 115 })]));
    expect(text).toContain("| relais | 110/s (100 to 120) |");
    expect(text).toContain("with 4 % less than upyo; their rounds overlap.");
  });

  test("says who cannot do a row, who lost mails, and when the server was the limit", () => {
    const text = page(made([round({ delivered: 9, arrived: 11 })], [round({ rate: 19_500, sinkUs: 50 })]));
    expect(text).toContain("nodemailer is not in this row: it is a stamp.");
    expect(text).toContain("relais was given 10 mails, says that it delivered 9, and 11 arrived.");
    expect(text).toContain("With upyo the server was busy 98 % of the time");
  });

  test("says when the machine was not quiet", () => {
    const results = made([round({})], [round({})]);
    const busy = { ...results, machine: { ...results.machine, load: [3.1, 2] as const } };
    expect([results, busy].map((one) => page(one).includes("Other programs ran"))).toEqual([false, true]);
  });

  test("has tables of other benchmarks where there are some", () => {
    const tables = [
      { title: "Worker", note: "Measured.", head: ["", "a second"], rows: [["worker", "900"]] },
    ];
    const text = pageFiles(made([round({})], [round({})]), all, { tables })["benchmarks.md"];
    expect(text).toContain("## Worker\n\nMeasured.\n\n|  | a second |\n| --- | ---: |\n| worker | 900 |");
  });

  test("has charts that read without colour: a title, a description, each figure as text, nothing unescaped", () => {
    const files = pageFiles(made([round({ rate: 1_234 })], [round({ rate: 200 })]), all, undefined);
    const svg = files["benchmarks/refused-rate.svg"] ?? "";
    expect(svg).toContain('<title id="title">The primary refuses connections: mails a second</title>');
    expect(svg).toContain("relais: 1,234/s; upyo: 200/s; nodemailer: cannot do this</desc>");
    for (const label of ["1,234/s", "200/s", "cannot do this"]) expect(svg).toContain(`>${label}</text>`);
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svg.replace(/&#\d+;/g, "")).not.toContain("&");
  });
});
