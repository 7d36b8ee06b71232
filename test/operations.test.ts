import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "@relais/prometheus";
import { describe, expect, test } from "vitest";
import { dashboard, dashboardQueries } from "./repo/dashboard.ts";
import { root } from "./repo/root.ts";
import { run } from "./repo/run.ts";
import { needs } from "./repo/system.ts";

const folder = join(root, "docs/operations");
if (process.env.UPDATE_API !== undefined) writeFileSync(join(folder, "grafana/relais.json"), dashboard());
/** What @relais/prometheus ships of it. */
const shipped = join(root, "packages/prometheus/operations");
const folders = ["alerts", "grafana"];
if (process.env.UPDATE_API !== undefined)
  for (const one of folders) cpSync(join(folder, one), join(shipped, one), { recursive: true });
const read = (path: string): string => readFileSync(join(folder, path), "utf8");
const rules = read("alerts/relais.rules.yml");
const ruleTests = read("alerts/relais.rules.test.yml");
const alerts = rules
  .split(/^ {6}- alert: /m)
  .slice(1)
  .map((text) => ({ name: text.slice(0, text.indexOf("\n")), text }));

const names = new Set(
  Object.values(catalogue).flatMap(({ name, type }) =>
    type === "histogram"
      ? ["", "_bucket", "_sum", "_count"].map((end) => `relais_${name}${end}`)
      : [`relais_${name}`],
  ),
);
const unknown = (text: string): string[] =>
  [...text.matchAll(/\brelais_\w+/g)].map(([name]) => name).filter((name) => !names.has(name));

describe.each(alerts)("the alert $name", ({ name, text }) => {
  test("has a summary, a severity and a runbook section", () => {
    expect(text).toMatch(/^ {8}labels: \{ severity: (page|ticket) \}$/m);
    expect(text).toMatch(/^ {10}summary: ".+"$/m);
    expect(text).toMatch(/^ {10}description: ".+"$/m);
    const anchor = /^ {10}runbook_url: \S+\/docs\/operations\/runbook\.md#(\S+)$/m.exec(text)?.[1];
    const headings = [...read("runbook.md").matchAll(/^## (.+)$/gm)].map(([, title = ""]) =>
      title.toLowerCase().replaceAll(" ", "-"),
    );
    expect(headings).toContain(anchor);
    expect(read("runbook.md")).toContain(`\`${name}\``);
  });

  test("is tested firing and not firing", () => {
    const own = ruleTests
      .split(/^ {2}# /m)
      .filter((one) => one.includes(`alertname="${name}",alertstate="firing"}'`));
    expect(own.some((one) => one.includes("exp_samples: []"))).toBe(true);
    expect(own.some((one) => /exp_samples:\n {10}- labels/.test(one))).toBe(true);
  });
});

test("@relais/prometheus ships the same rules and dashboard; npm run api copies them", () => {
  const filesOf = (of: string): object =>
    Object.fromEntries(
      folders.flatMap((one) =>
        readdirSync(join(of, one)).map((name) => [
          `${one}/${name}`,
          readFileSync(join(of, one, name), "utf8"),
        ]),
      ),
    );
  expect(Object.keys(filesOf(shipped))).toContain("alerts/relais.rules.yml");
  expect(filesOf(shipped)).toEqual(filesOf(folder));
});

test("alerts, dashboard and runbook name existing metrics", () => {
  expect(alerts.length).toBeGreaterThan(9);
  for (const text of [rules, ruleTests, read("runbook.md"), read("grafana/relais.json")])
    expect(unknown(text)).toEqual([]);
  expect(unknown("relais_attempts")).toEqual(["relais_attempts"]);
});

describe.runIf(needs("promtool"))("promtool", () => {
  test("finds nothing wrong with the rules", async () => {
    const { code, said } = await run("promtool", ["check", "rules", join(folder, "alerts/relais.rules.yml")]);
    expect(code, said).toBe(0);
  });

  test("sees every alert fire in its own test cases only", async () => {
    const file = join(folder, "alerts/relais.rules.test.yml");
    const { code, said } = await run("promtool", ["test", "rules", file]);
    expect(code, said).toBe(0);
  });
});

describe("the dashboard", () => {
  test("matches the generated one; npm run api regenerates it", () => {
    expect(read("grafana/relais.json")).toBe(dashboard());
  });

  test("has panels that do not overlap, each with a unique id", () => {
    const { panels } = JSON.parse(dashboard()) as {
      panels: { id: number; gridPos: { h: number; w: number; x: number; y: number } }[];
    };
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { h, w, x, y } }) =>
      Array.from({ length: h * w }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });

  test("shows every metric", () => {
    const shown = dashboardQueries().join("\n");
    const missing = [...names].filter((name) => !/_(sum|count)$/.test(name) && !shown.includes(name));
    // The first gives the variables; what comes and goes with a breaker is shown by its state.
    expect(missing).toEqual([
      "relais_retries_suppressed_total",
      "relais_breaker_transitions_total",
      "relais_build_info",
    ]);
  });
});
