import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { schemaFaults } from "./repo/grafana-schema.ts";
import { root } from "./repo/root.ts";

const text = readFileSync(join(root, "docs/operations/grafana/relais.json"), "utf8");

interface Broken {
  readonly what: string;
  readonly from: string;
  readonly to: string;
  /** What is complained of. */
  readonly fault: string;
}
const misspelt = (what: string, from: string, to: string): Broken => ({
  what: `a misspelt field of ${what}`,
  from: `"${from}": `,
  to: `"${to}": `,
  fault: `may only specify known properties, and '"${to}"'`,
});
const noWord = (what: string, field: string, from: unknown, to: unknown): Broken => ({
  what: `${what} that there is not`,
  from: `"${field}": ${JSON.stringify(from)}`,
  to: `"${field}": ${JSON.stringify(to)}`,
  fault: `Type '${JSON.stringify(to)}' is not assignable`,
});

const broken: readonly Broken[] = [
  misspelt("the dashboard", "refresh", "refreshes"),
  misspelt("a variable", "allValue", "allValues"),
  misspelt("a panel", "description", "says"),
  misspelt("a panel's place", "h", "height"),
  misspelt("what all fields have", "unit", "units"),
  misspelt("the options of a stat panel", "graphMode", "graphModes"),
  misspelt("the options of a timeseries panel", "showLegend", "show"),
  misspelt("a query", "legendFormat", "legend"),
  noWord("a shared cursor", "graphTooltip", 1, 7),
  noWord("a kind of variable", "type", "datasource", "data source"),
  noWord("a kind of panel", "type", "timeseries", "time series"),
  noWord("a mode of thresholds", "mode", "absolute", "absolutely"),
  noWord("a colour mode of a stat panel", "colorMode", "background", "ground"),
  noWord("a place of a legend", "placement", "bottom", "below"),
  {
    what: "a format of a query that there is not",
    from: '"instant": true',
    to: '"instant": true, "format": "series"',
    fault: `Type '"series"' is not assignable`,
  },
  {
    what: "a setting of lines that there is not",
    from: '"unit": "cps"',
    to: '"unit": "cps", "custom": { "lineInterpolation": "round" }',
    fault: `Type '"round"' is not assignable`,
  },
  {
    what: "an option of another kind of panel",
    from: '"tooltip": ',
    to: '"colorMode": "background", "tooltip": ',
    fault: `may only specify known properties, and '"colorMode"'`,
  },
  {
    what: "a value of another type",
    from: '"schemaVersion": 39',
    to: '"schemaVersion": "39"',
    fault: "Type 'string' is not assignable to type 'number'",
  },
  {
    what: "a field that is lacking",
    from: '"collapsed": false,',
    to: "",
    fault: "Property 'collapsed' is missing",
  },
];

let faults: Readonly<Record<string, readonly string[]>>;
beforeAll(async () => {
  const changed = broken.map(({ from, to }, i) => [`broken-${i}`, JSON.parse(text.replace(from, () => to))]);
  faults = await schemaFaults({ published: JSON.parse(text), ...Object.fromEntries(changed) });
});

test("the dashboard conforms to Grafana's schema", () => {
  expect(faults.published).toEqual([]);
});

test.each(broken.map(({ what, fault }, i) => [what, `broken-${i}`, fault] as const))(
  "%s is found",
  (_, name, fault) => {
    expect(faults[name]).toEqual([expect.stringContaining(fault)]);
  },
);
