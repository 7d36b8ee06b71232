import { median } from "../statistics.ts";
import { type Bar, chart } from "./chart.ts";
import type { Library } from "./library.ts";
import type { Outcome, Results, Round } from "./results.ts";
import { type Figure, type Row, rows } from "./rows.ts";

/** Tables of other benchmarks, `benchmarks/others.json` beside the page: who measured them writes that file. */
export interface Others {
  readonly tables: readonly {
    readonly title: string;
    /** What was measured, when and on what. */
    readonly note: string;
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
  }[];
}

type Named = Results["libraries"][number];
type Spread = readonly [median: number, least: number, most: number];

const number = (value: number, digits: number): string =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

function spreadOf(rounds: readonly Round[], { key }: Figure): Spread {
  const all = rounds.map((round) => round[key]);
  return [median(all), Math.min(...all), Math.max(...all)];
}

function tableOf(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? "---" : "---:"))), ...lines.map(line)].join("\n");
}

const place = (nth: number): string =>
  ["first", "second", "third", "fourth", "fifth"][nth] ?? `number ${nth + 1}`;

const lower = (title: string): string => title.replace(/^[A-Z](?=[a-z])/, (sign) => sign.toLowerCase());

/** `with 5 % less than X`, `with 2.32 times as much as X`. */
function comparison(ratio: number, name: string): string {
  const percent = Math.round(Math.abs(ratio - 1) * 100);
  if (percent === 0) return `equal to ${name} within 1 %`;
  if (ratio >= 2) return `with ${number(ratio, 2)} times as much as ${name}`;
  return `with ${percent} % ${ratio > 1 ? "more" : "less"} than ${name}`;
}

/** Who stands where in one figure of a row, and why if it is not Relais that stands first. */
function verdict(row: Row, figure: Figure, results: Results, all: readonly Library[]): string {
  const ranked = results.libraries
    .flatMap((library) => {
      const outcome = results.rows[row.id]?.[library.id];
      return outcome !== undefined && "rounds" in outcome
        ? [{ ...library, spread: spreadOf(outcome.rounds, figure) }]
        : [];
    })
    .sort((a, b) => (figure.better === "more" ? b.spread[0] - a.spread[0] : a.spread[0] - b.spread[0]));
  const ours = ranked.findIndex(({ id }) => id === "relais");
  const [best, next] = ranked;
  const mine = ranked[ours];
  if (best === undefined || mine === undefined) return "";
  const what = `**${figure.title}:** Relais is ${place(ours)}`;
  const other = ours === 0 ? next : best;
  if (other === undefined) return `${what}, and alone.`;
  const compared = comparison(mine.spread[0] / other.spread[0], other.name);
  const [, least, most] = mine.spread;
  const isClose = least <= other.spread[2] && most >= other.spread[1];
  const close = isClose ? "; their rounds overlap" : "";
  if (ours === 0) return `${what}, ${compared}${close}.`;
  const why =
    figure.why ?? all.find(({ id }) => id === other.id)?.ahead?.[row.id] ?? "Why has not been found out yet.";
  return `${what}, ${compared}${close}. ${why}`;
}

/** Mails that did not come to an end as they should, or not once. */
function losses(name: string, rounds: readonly Round[]): string[] {
  const sum = (key: keyof Round): number => rounds.reduce((total, round) => total + round[key], 0);
  const [sent, delivered, arrived] = [sum("sent"), sum("delivered"), sum("arrived")];
  return delivered === sent && arrived === sent
    ? []
    : [`${name} was given ${sent} mails, says that it delivered ${delivered}, and ${arrived} arrived.`];
}

/** Where the rate is the server's, since it had something to do all the time. */
function busyServer(row: Row, name: string, rounds: readonly Round[]): string[] {
  const busy = median(rounds.map(({ sinkUs, rate }) => (sinkUs * rate) / 1e6));
  return busy < 0.9 || !row.figures.some(({ key }) => key === "rate")
    ? []
    : [
        `With ${name} the server was busy ${number(busy * 100, 0)} % of the time, and cannot be sent much more.`,
      ];
}

function section(row: Row, results: Results, all: readonly Library[]): string {
  const outcomes = results.libraries.map((library): readonly [Named, Outcome] => [
    library,
    results.rows[row.id]?.[library.id] ?? { cannot: "not measured" },
  ]);
  const charts = row.figures.map((figure) => {
    const said = bars(figure, outcomes).map(({ name, label }) => `${name} ${label}`);
    return `![${row.title}: ${lower(figure.title)}. ${said.join("; ")}](${fileOf(row, figure)})`;
  });
  const lines = outcomes.map(([{ name }, outcome]) => [
    name,
    ...row.figures.map((figure) => {
      if ("cannot" in outcome) return "–";
      const [middle, least, most] = spreadOf(outcome.rounds, figure).map((one) => number(one, figure.digits));
      return `${middle}${figure.unit} (${least} to ${most})`;
    }),
  ]);
  const rounds = outcomes.flatMap(([, outcome]) => ("rounds" in outcome ? [outcome.rounds.length] : []));
  const notes = outcomes.flatMap(([{ name }, outcome]) =>
    "cannot" in outcome
      ? [`${name} is not in this row: ${outcome.cannot}.`]
      : [...losses(name, outcome.rounds), ...busyServer(row, name, outcome.rounds)],
  );
  return [
    `## ${row.title}`,
    `${row.what} Median of ${Math.max(...rounds)} rounds (least to most).`,
    tableOf(["", ...row.figures.map(({ title }) => title)], lines),
    row.figures.map((figure) => `- ${verdict(row, figure, results, all)}`).join("\n"),
    ...(notes.length === 0 ? [] : [notes.join(" ")]),
    ...charts,
  ].join("\n\n");
}

const fileOf = (row: Row, figure: Figure): string =>
  `benchmarks/${row.id}-${figure.key.replace(/[A-Z]/g, (sign) => `-${sign.toLowerCase()}`)}.svg`;

function bars(figure: Figure, outcomes: readonly (readonly [Named, Outcome])[]): Bar[] {
  return outcomes.map(([{ id, name }, outcome]) => {
    const isOurs = id === "relais";
    if ("cannot" in outcome) return { name, label: "cannot do this", isOurs };
    const value = spreadOf(outcome.rounds, figure);
    return { name, value, label: `${number(value[0], figure.digits)}${figure.unit}`, isOurs };
  });
}

function summary(results: Results): string {
  const lines = rows.flatMap((row) =>
    row.figures.map((figure) => {
      const medians = results.libraries.map(({ id }) => {
        const outcome = results.rows[row.id]?.[id];
        return outcome !== undefined && "rounds" in outcome ? spreadOf(outcome.rounds, figure)[0] : undefined;
      });
      const known = medians.filter((one) => one !== undefined);
      const best = figure.better === "more" ? Math.max(...known) : Math.min(...known);
      const cells = medians.map((one) => {
        if (one === undefined) return "–";
        const text = `${number(one, figure.digits)}${figure.unit}`;
        return one === best ? `**${text}**` : text;
      });
      return [`${row.title}: ${lower(figure.title)}`, ...cells];
    }),
  );
  return tableOf(["", ...results.libraries.map(({ name }) => name)], lines);
}

function page(results: Results, all: readonly Library[], others: Others | undefined): string {
  const { machine, libraries } = results;
  const versions = libraries
    .flatMap(({ versions: some }) => Object.entries(some))
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
  const setups = libraries.flatMap(({ id, name }) => {
    const setup = all.find((one) => one.id === id)?.setup;
    return setup === undefined ? [] : [`- **${name}**: ${setup}`];
  });
  return `${[
    "# Benchmarks",
    "Relais beside other libraries that send mail from Node.js. This page, its charts and its figures are written by the command " +
      "that measures them; no number is typed. Run it on your machine:",
    "```sh\nnpm run bench:peers\n```",
    ...(results.isQuick ? ["**This is a quick run: its figures mean nothing.**"] : []),
    `Measured on ${results.date}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}, Node.js ` +
      `${machine.node}; load ${number(machine.load[0], 1)} before it began, ${number(machine.load[1], 1)} at its end (the benchmark itself makes ` +
      `up to two). Versions: ${versions}. ` +
      "[All rounds](benchmarks/peers.json).",
    ...(machine.load[0] > 1
      ? [
          "**Other programs ran on this machine meanwhile**: small differences mean nothing, and slowest mails are theirs.",
        ]
      : []),
    summary(results),
    "Medians; the best of each line is bold. The machine makes the figures, so compare within a line.",
    "## How it is measured",
    "A mail is a line of text and 2 KB of HTML, and composed anew for each send, as applications do. Each library runs in a process " +
      "of its own, set up as its documentation recommends, with as many connections as mails are under way. They take turns, round " +
      "by round: A B C, A B C. A first round, to warm up, is not counted, except where the start itself is measured or the time is " +
      "that of time-outs. The server is the SMTP test server of `@relais/conformance` in a third process on the same machine, " +
      "without TLS and without a login; it counts what arrives. " +
      "CPU time is that of the sender alone.",
    setups.join("\n"),
    ...rows.map((row) => section(row, results, all)),
    ...(others?.tables ?? []).flatMap(({ title, note, head, rows: lines }) => [
      `## ${title}`,
      note,
      tableOf(head, lines),
    ]),
    "## Add a library",
    "One file in `test/bench/peers/libraries`: what to install, how to make a sender, and, for a row that it cannot do, why.",
  ].join("\n\n")}\n`;
}

/** The page and its charts, by their paths from the folder that the page is in. */
export function pageFiles(
  results: Results,
  all: readonly Library[],
  others: Others | undefined,
): Record<string, string> {
  const charts = rows.flatMap((row) => {
    const outcomes = results.libraries.map((library): readonly [Named, Outcome] => [
      library,
      results.rows[row.id]?.[library.id] ?? { cannot: "not measured" },
    ]);
    return row.figures.map((figure) => {
      const reading = figure.better === "more" ? "more is better" : "less is better";
      const title = `${row.title}: ${lower(figure.title)}`;
      return [
        fileOf(row, figure),
        chart(title, `Median, and least to most of all rounds; ${reading}.`, bars(figure, outcomes)),
      ];
    });
  });
  return { "benchmarks.md": page(results, all, others), ...Object.fromEntries(charts) };
}
