import { type Disposition, dispositions, failureKinds } from "@relais/core";
import { errorTables } from "@relais/http";
import { httpStatuses, connectionErrors as sesConnection, sesErrors } from "@relais/ses";
import { phrases, replyRules, wireRules } from "@relais/smtp";

const cell = (text: string): string => text.replaceAll("|", "\\|").replace(/\s+/g, " ");
const code = (text: string): string => `\`${cell(text)}\``;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
const yes = (value: boolean): string => (value ? "yes" : "no");
const range = (from: number, to: number): string => (from === to ? String(from) : `${from}–${to}`);

const health: Readonly<Record<Disposition["health"], string>> = {
  success: "counts a success",
  failure: "counts a failure",
  open: "opens at once",
  rest: "paused until then",
  neither: "not counted",
};

/** docs/failure-kinds.md, out of the tables that decide. */
export function failureKindsPage(): string {
  const kinds = failureKinds.map((kind) => {
    const { retry, failover, health: said } = dispositions[kind];
    return [code(kind), yes(retry), yes(failover), health[said]];
  });
  const replies = replyRules.map(
    ({ phases, codes, enhanced, phrase, kind, about, retryable, remedy, because, source }) => [
      phases?.join(", ") ?? "any",
      codes.join(", "),
      enhanced?.map((one) => (one === "none" ? "absent" : `x.${one}`)).join(", ") ?? "any",
      phrase ?? "",
      code(kind) + (retryable === false ? ", once" : ""),
      about,
      cell(because) + (remedy === undefined ? "" : ` (${remedy})`),
      cell(source),
    ],
  );
  const words = phrases.map(({ means, pattern, source }) => [means, code(pattern.source), cell(source)]);
  const wire = wireRules.map((rule) => [
    code(rule.code),
    code(rule.kind) + (rule.retryable === false ? ", once" : ""),
    rule.about,
    cell(rule.reason),
    cell(rule.source),
  ]);
  const ses = sesErrors.map(({ name, says, kind, about, meaning, source }) => [
    code(name),
    says === undefined ? "" : code(says.source),
    code(kind),
    about,
    cell(meaning),
    source === "" ? "" : `<${source}>`,
  ]);
  const statuses = httpStatuses.map(({ status, kind, about, meaning }) => [
    typeof status === "number" ? String(status) : range(...status),
    code(kind),
    about,
    cell(meaning),
  ]);
  const connection = sesConnection.map(({ code: pattern, kind, about, meaning }) => [
    code(pattern.source),
    code(kind),
    about,
    cell(meaning),
  ]);
  const vendors = Object.entries(errorTables).map(([vendor, rows]) => {
    const lines = rows.map(({ status, code: own, says, kind, about, meaning, source }) => [
      status === undefined ? "any" : typeof status === "number" ? String(status) : range(...status),
      own === undefined ? "any" : code(typeof own === "string" ? own : own.source),
      says === undefined ? "" : code(says.source),
      code(kind),
      about,
      cell(meaning),
      /^https:/.test(source) ? `<${source}>` : cell(source),
    ]);
    return `### ${vendor}\n\n${table(["status", "code", "words", "kind", "about", "meaning", "source"], lines)}`;
  });
  return `# Failure kinds, and the evidence for each

Every failure has one of nine kinds. The first table says what happens next; a chain or a link can change a row. The other
tables say which reply or error means which kind, and in them the first row that fits decides.
This page is written out of the code by \`npm run api\`.

## What follows

${table(["kind", "retry", "fail over", "circuit breaker"], kinds)}

## SMTP: what a server replies

\`x.1.1\` is 4.1.1 or 5.1.1 (RFC 3463). Where only the wording tells two things apart, the phrase is in the table below.
\`about\` says whose state it is: the account's (login, pause, quota, rate) never ends a message that is queued, a message's,
a recipient's or an identity's (one sender) never opens a breaker, a passing one is tried again. A word in
brackets after a meaning is a remedy: the provider applies it in the same attempt, if surely no recipient has the message.

${table(["phase", "reply", "enhanced code", "phrase", "kind", "about", "because", "source"], replies)}

${table(["phrase", "pattern", "source"], words)}

## SMTP: what happens without a reply

Before the message was handed over; after it, all of this is \`unknown\`.

${table(["code", "kind", "about", "reason", "source"], wire)}

## SES: errors by name

About whom an error is: the \`account\` (key, pause, quota, plan, rate), one \`identity\` (a sender's address or domain),
this \`message\`, a \`recipient\`, or a \`passing\` state of a server or the network.

${table(["name", "message says", "kind", "about", "meaning", "source"], ses)}

## SES: answers without a SES error

${table(["status", "kind", "about", "meaning"], statuses)}

## SES: no connection

${table(["code", "kind", "about", "meaning"], connection)}

## HTTP mail APIs

${vendors.join("\n\n")}
`;
}
