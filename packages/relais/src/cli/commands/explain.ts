import type { FailureKind } from "@relais/core";
import type { Phase } from "@relais/smtp/replies";
import { InvalidArgumentError } from "commander";
import { type AddCommand, type CliContext, type ExitCode, exitCodes, printProblems } from "../cli-context.ts";

const help = `
Examples:
  relais explain "550 5.1.1 no such user"
  relais explain Throttling`;

/** `relais explain "550 5.1.1 no such user"`, `relais explain Throttling` */
export const explainCommand: AddCommand = (program, context, action) => {
  program
    .command("explain <words...>")
    .description("say what a server's reply or an error name means, and what a chain does about it")
    .option("--phase <phase>", "what an SMTP reply was the answer to (default: rcpt)")
    .option("--status <code>", "the HTTP status of an SES error (default: 400)", httpStatus)
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(action((words: string[], flags: ExplainFlags) => explain(words.join(" "), flags, context)));
};

interface ExplainFlags {
  readonly phase?: string;
  readonly status?: string;
  readonly json?: boolean;
}

function httpStatus(value: string): string {
  if (/^[1-5]\d\d$/.test(value)) return value;
  throw new InvalidArgumentError("It must be an HTTP status, from 100 to 599.");
}

async function explain(text: string, flags: ExplainFlags, context: CliContext): Promise<ExitCode> {
  const { phases } = await import("@relais/smtp/replies");
  const names: readonly string[] = phases;
  if (flags.phase !== undefined && !names.includes(flags.phase))
    return printProblems(context, flags, [`--phase must be one of ${names.join(", ")}.`]);
  const explanation = await explanationOf(text, flags);
  if (explanation === undefined) {
    return printProblems(context, flags, [
      `${JSON.stringify(text.slice(0, 60))} refuses nothing: only 4xx and 5xx replies and error names are explained.`,
    ]);
  }
  const { kind, because, row, about, source, retryAfterMs } = explanation;
  const { dispositions } = await import("@relais/core");
  if (flags.json) {
    context.out(JSON.stringify({ ...explanation, page, disposition: dispositions[kind] }));
    return exitCodes.ok;
  }
  const { retry, failover, health } = dispositions[kind];
  const lines = [
    `${kind}: ${because}`,
    `  - ${retry ? "the same provider is tried again, within its budget" : "the same provider is not tried again"}`,
    `  - ${failover ? "the next provider is asked" : "no other provider is asked"}`,
    `  - ${healthEffects[health]}`,
    ...(retryAfterMs === undefined ? [] : [`  - not before ${retryAfterMs} ms have passed`]),
    `  row: ${row}`,
    `  about: ${abouts[about]}`,
    ...(source === undefined ? [] : [`  source: ${source}`]),
    `  page: ${page}`,
  ];
  for (const line of lines) context.out(line);
  return exitCodes.ok;
}

/** The tables, and what each kind means. */
const page = "https://github.com/relais-mail/relais/blob/main/docs/failure-kinds.md";

/** Whom a row is about. */
const abouts = {
  account: "the account (login, pause, quota, rate): fix it there, no message is at fault",
  identity: "the sender's address or domain",
  message: "the content of this message",
  recipient: "the recipient's address or mailbox",
  passing: "the state of a server or a network, which passes",
} as const;

/** What a kind of failure does to the provider's breaker. */
const healthEffects = {
  success: "counts as a success of the provider",
  failure: "counts towards opening the breaker",
  open: "opens the breaker at once",
  rest: "pauses the provider for as long as it asks",
  neither: "does not count for or against the provider",
} as const;

interface Explanation {
  readonly kind: FailureKind;
  readonly because: string;
  /** The row of the tables that decided: what it fits. */
  readonly row: string;
  readonly about: keyof typeof abouts;
  readonly source?: string;
  readonly retryAfterMs?: number;
}

async function explanationOf(text: string, flags: ExplainFlags): Promise<Explanation | undefined> {
  if (/^\s*\d{3}/.test(text)) {
    const { explainReply } = await import("@relais/smtp/replies");
    const reply = explainReply(text, (flags.phase ?? "rcpt") as Phase);
    if (reply === undefined) return undefined;
    const { kind, because, about, source, rule, phrase, retryAfterMs } = reply;
    const { phases = ["any phase"], codes, enhanced = [] } = rule;
    const row = [
      phases.join(", "),
      codes.join(", "),
      ...(enhanced.length === 0
        ? []
        : [enhanced.map((one) => (one === "none" ? "no enhanced code" : `x.${one}`)).join(", ")]),
      ...(phrase === undefined ? [] : [`phrase ${phrase.means}`]),
    ].join(" · ");
    return { kind, because, row, about, source, ...(retryAfterMs && { retryAfterMs }) };
  }
  const { explainSesError } = await import("@relais/ses");
  // What follows the name stays as it is: an ARN in it has colons.
  const [, name = "", rest = ""] = /^\s*([^\s:]*)[\s:]*(.*)$/s.exec(text) ?? [];
  const error = explainSesError(name, rest, Number(flags.status ?? 400));
  const { kind, meaning, about, says, source, retryAfterMs } = error;
  const row = `SES, ${error.name}${says === undefined ? "" : ` · the words /${says.source}/`}`;
  return {
    kind,
    because: meaning,
    row,
    about,
    ...(source && { source }),
    ...(retryAfterMs && { retryAfterMs }),
  };
}
