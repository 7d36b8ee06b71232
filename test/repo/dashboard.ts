import { deliveryRows } from "./dashboard-deliveries.ts";
import type { Panel, Row } from "./dashboard-panel.ts";
import { providerRows } from "./dashboard-providers.ts";
import type { GrafanaDashboard } from "./grafana-schema.ts";

/** What the dashboard shows, the most urgent first. */
const rows: readonly Row[] = [...deliveryRows, ...providerRows];

/** Every query of the dashboard, with what Grafana puts in the place of its variables. */
export function dashboardQueries(rateInterval = "1m"): readonly string[] {
  return rows
    .flatMap(({ panels }) => panels.flatMap(({ queries }) => queries.map(({ expr }) => expr)))
    .map((expr) => expr.replaceAll("$__rate_interval", rateInterval).replace(/"\$(job|instance)"/g, '".*"'));
}

/** docs/operations/grafana/relais.json. */
export function dashboard(): string {
  const text = JSON.stringify({ ...frame, templating: { list: variables }, panels: panels() }, undefined, 2);
  // Lists of words on one line, as the formatter wants them.
  return `${text.replace(/\[\s+("[^"]*"(?:,\s+"[^"]*")*)\s+\]/g, (_, words: string) => `[${words.replace(/\s+/g, " ")}]`)}\n`;
}

const datasource = { type: "prometheus", uid: "$datasource" };
const frame = {
  title: "Relais",
  uid: "relais",
  tags: ["relais", "email"],
  description: "Chains, providers and the outbox. Written by `npm run api`; changes made here are lost.",
  schemaVersion: 39,
  version: 1,
  editable: true,
  graphTooltip: 1,
  refresh: "30s",
  time: { from: "now-6h", to: "now" },
  timezone: "browser",
  annotations: { list: [] },
} satisfies Omit<GrafanaDashboard, "panels" | "templating">;
const everyValue = (label: string) => ({
  name: label,
  type: "query",
  datasource,
  query: { query: `label_values(relais_build_info, ${label})`, refId: label },
  refresh: 2,
  multi: true,
  includeAll: true,
  allValue: ".*",
  current: { text: "All", value: "$__all" },
});
const variables = [
  { name: "datasource", type: "datasource", query: "prometheus" },
  everyValue("job"),
  everyValue("instance"),
];

const options = {
  stat: {
    colorMode: "background",
    graphMode: "none",
    justifyMode: "auto",
    textMode: "auto",
    wideLayout: true,
    orientation: "auto",
    showPercentChange: false,
    percentChangeColorMode: "standard",
    reduceOptions: { calcs: ["lastNotNull"] },
  },
  timeseries: {
    legend: { showLegend: true, displayMode: "list", placement: "bottom", calcs: [] },
    tooltip: { mode: "multi", sort: "desc" },
  },
};

/** Places panels from left to right, eight units high (stats four), a row's title above them. */
function panels(): readonly object[] {
  const placed: object[] = [];
  let y = 0;
  for (const { title, panels: own } of rows) {
    const gridPos = { h: 1, w: 24, x: 0, y };
    placed.push({ id: placed.length + 1, type: "row", title, collapsed: false, gridPos, panels: [] });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of own) {
      height = panel.type === "stat" ? 4 : 8;
      if (x + panel.width > 24) {
        x = 0;
        y += height;
      }
      placed.push(grafana(panel, placed.length + 1, { h: height, w: panel.width, x, y }));
      x += panel.width;
    }
    y += height;
  }
  return placed;
}

function grafana(panel: Panel, id: number, gridPos: object): object {
  const { title, says, type, unit, queries, yellow, red, most } = panel;
  const steps = [
    { color: "green", value: null },
    ...(yellow === undefined ? [] : [{ color: "yellow", value: yellow }]),
    ...(red === undefined ? [] : [{ color: "red", value: red }]),
  ];
  return {
    id,
    type,
    title,
    description: says,
    datasource,
    gridPos,
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...(most === undefined ? {} : { max: most }),
        thresholds: { mode: "absolute", steps },
      },
      overrides: [],
    },
    options: options[type],
    targets: queries.map(({ expr, legend = "" }, i) => ({
      refId: String.fromCharCode(65 + i),
      datasource,
      expr,
      legendFormat: legend,
      ...(type === "stat" ? { instant: true } : {}),
    })),
  };
}
