import type { Peer } from "../peers/peer.ts";
import { type Fault, timeoutMs } from "./faults.ts";
import { type Verdict, verdicts } from "./judge.ts";
import { limit, type MailResult, type Result } from "./meet.ts";

/** A run of the comparison, as it is kept in docs/decisions-compared.json. */
export interface Comparison {
  /** ISO 8601. */
  readonly date: string;
  readonly node: string;
  readonly timeoutMs: number;
  /** By library. */
  readonly results: Readonly<Record<string, readonly Result[]>>;
}

const time = (ms: number): string => (ms < 950 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`);

/** `sent 0+1`: what was said, and the copies at the first and the second server. */
function told({ recipients, ms }: MailResult): string {
  const words = Object.values(recipients).map(({ reported, copies }) => `${reported} ${copies.join("+")}`);
  return `${[...new Set(words)].length === 1 && words.length > 1 ? `${words[0]} each` : words.join(", ")}, ${time(ms)}`;
}

const cell = ({ verdict, mails }: Result): string =>
  [verdict === "right" ? "right" : `**${verdict}**`, ...mails.map(told)].join("<br>");

const count = (results: readonly Result[], verdict: Verdict): number =>
  results.filter((one) => one.verdict === verdict).length;

/** One line for each reason why results of a library are not right. */
function reasons(results: readonly Result[]): string {
  const notRight = results.filter(({ verdict }) => verdict !== "right");
  if (notRight.length === 0) return "All right.\n";
  const why = (one: Result): string => `**${one.verdict}**, ${one.why}`;
  const lines = [...new Set(notRight.map(why))].sort().map((reason) => {
    const names = notRight.filter((one) => why(one) === reason).map(({ fault }) => fault);
    return `- ${reason} (${names.length}): ${names.join(" · ")}\n`;
  });
  const ended = notRight.filter(({ mails }) =>
    mails.some(({ detail }) => detail.startsWith("the process ended")),
  );
  if (ended.length === 0) return lines.join("");
  const words = [...new Set(ended.flatMap(({ mails }) => mails.map(({ detail }) => detail)))].filter((one) =>
    one.startsWith("the process ended"),
  );
  return `${lines.join("")}- Of these, ${ended.length} ended the process with an error that no caller can catch: ${words.map((one) => `\`${one.replace("the process ended: ", "")}\``).join(", ")}\n`;
}

/** A line for each result. */
export function json({ results, ...run }: Comparison): string {
  const libraries = Object.entries(results).map(
    ([id, list]) => `${JSON.stringify(id)}: [\n${list.map((one) => JSON.stringify(one)).join(",\n")}\n]`,
  );
  return `${JSON.stringify(run).slice(0, -1)}, "results": {\n${libraries.join(",\n")}\n}}\n`;
}

/** The page of a run. The command writes it, and a test compares it with the run. */
export function page(
  { date, node, results }: Comparison,
  faults: readonly Fault[],
  peers: readonly Peer[],
): string {
  const columns = peers.map((peer) => ({ ...peer, own: results[peer.id] ?? [] }));
  const packages = ({ packages: all }: Peer): string =>
    Object.entries(all)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ") || "this repository";
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  const head = (first: string, names: readonly string[]): string =>
    [row([first, ...names]), row(["---", ...names.map(() => "---")])].join("\n");

  const totals = columns.map(({ title, own }) => row([title, ...verdicts.map((one) => count(own, one))]));
  const groups = [...new Set(faults.map(({ group }) => group))].map((group) => {
    const lines = faults
      .filter((fault) => fault.group === group)
      .map(({ name }) => {
        const own = columns.map((one) => one.own.find(({ fault }) => fault === name));
        return row([name, ...own.map((result) => (result === undefined ? "not run" : cell(result)))]);
      });
    return `### ${group}\n\n${head(
      "fault",
      columns.map(({ title }) => title),
    )}\n${lines.join("\n")}\n`;
  });
  const setups = columns.map(
    (peer) =>
      `### ${peer.title}\n\n${packages(peer)}. ${peer.setup}\n\n${peer.notes.map((note) => `- ${note}\n`).join("")}${
        peer.notes.length > 0 ? "\n" : ""
      }What was not right:\n\n${reasons(peer.own)}`,
  );

  return `# Decisions compared

Two SMTP servers in a chain misbehave in ${faults.length} ways, each behind every library in turn. The servers are real sockets and
record every mail that they **really accepted**, whatever they told the client. This page is written by
\`npm run bench:decisions\`, which installs the libraries in a folder of its own; all figures are in
[decisions-compared.json](decisions-compared.json). Run on ${date} with Node.js ${node}.

${head("library", verdicts)}
${totals.join("\n")}

The number of rows of a kind is a choice, so a total is no mark: read the rows that you care about. We wrote the rows, and the rule
below; both are in [test/bench/decisions](../test/bench/decisions), and a library is one file in [test/bench/peers](../test/bench/peers).
Corrections are welcome.

## The rule

It is the same for all libraries and reads three things for each recipient: what the caller was told (\`sent\`, \`failed\`, \`unknown\`,
or nothing), the copies at each server, and whether the second server was asked (a RCPT with this recipient). What a fault means
is its kind in [Failure kinds](failure-kinds.md). The first line that fits decides, and the worst recipient counts.

1. **duplicate**: there are two copies or more, at both servers together.
2. **lost**: there is no copy, a server of the chain would have taken the mail, and the caller was told \`sent\`, or got no answer
   (none in ${limit} time-outs, or the process ended).
3. **right**, if it is the outcome that the kind asks for:
   - the first server takes the mail, slowly or with an odd reply: one copy at either server, told \`sent\`.
   - \`transient\`, \`throttled\`, \`deferred\`, \`misconfigured\`, \`refused\`: the first server has no copy, and the second one decides: one copy
     and told \`sent\`, if it takes the mail; no copy and told \`failed\`, if it does not.
   - \`rejected\` (the recipient does not exist): no copy, told \`failed\`, and the second server was not asked.
   - \`unknown\` (handed over, and the answer is lost): told \`unknown\`, and the second server was not asked, whether the first one has
     a copy or not: the client cannot know. \`sent\` is right too, if there is one copy.
   - where a client can read the fault in two ways, either outcome is right: after a cut in the body, which may already have been
     written to its end, or after half a refusal, \`unknown\` and failing over; after a late answer, \`sent\` and \`unknown\`.
4. **wrong**: anything else. The caller is told the opposite of what the servers hold, or \`unknown\` where the answer was definite;
   the second server was asked where it must not be, or was not asked where it would have taken the mail.

\`lost\` and \`duplicate\` are what a recipient notices. \`wrong\` is noticed later: somebody sends again what has arrived, or a provider
sees mail to recipients that do not exist. That a recipient who does not exist is not tried elsewhere is our reading: the mail would
bounce there too, and mail to such addresses costs reputation. A library that fails over after any error is meant to decide otherwise.

## How it was run

Every time-out of every library is ${time(timeoutMs)}, so that silence does not take minutes; the defaults are between 15 s and 10 minutes.
The servers offer STARTTLS and require nothing; the client logs in, and trusts the certificate. Each library runs in a process
of its own, each fault with a new instance and new servers. The second server takes every mail, where the row does not say
otherwise. A mail has one recipient, where the row does not say otherwise.

In the tables, \`sent 0+1, 12 ms\` means: the caller was told \`sent\`, the first server accepted no copy and the second one, and it took
12 ms. With several recipients or mails, each has its own. Times are of one run on a busy machine and are there to show who
waits for what.

## Every fault

${groups.join("\n")}
## Each library

${setups.join("\n")}`;
}
