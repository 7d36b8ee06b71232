import { buckets, catalogue, type MetricEntry } from "@relais/prometheus";

const needed: Readonly<Record<MetricEntry["needs"], string>> = {
  nothing: "",
  chain: "a watched chain",
  quota: "`quotaEveryMs` or `health`",
  outbox: "a watched outbox",
  worker: "a watched worker",
};

/** The table of the README, out of the catalogue. */
export function metricsTable(): string {
  const rows = Object.values(catalogue).map(({ name, type, labels, help, needs }) => [
    `\`relais_${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(", "),
    needed[needs],
    help,
  ]);
  const all = [["metric", "type", "labels", "needs", "meaning"], ...rows];
  const widths = (all[0] ?? []).map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = all;
  const rule = widths.map((width) => "-".repeat(width));
  return `${[head, rule, ...body].map(line).join("\n")}\n\nBuckets of the histograms, in seconds: ${buckets.join(", ")}.\n`;
}
