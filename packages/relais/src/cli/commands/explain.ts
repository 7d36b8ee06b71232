import type { Disposition, FailureKind } from "@relais/core";
import type { Phase } from "@relais/smtp/replies";
import { InvalidArgumentError } from "commander";
import { type AddCommand, type CliContext, type ExitCode, exitCodes, printProblems } from "../cli-context.ts";

const help = `
Examples:
  relais explain "550 5.1.1 no such user"
  relais explain Throttling
  relais explain ECONNREFUSED
  relais explain "SMTP: connection refused | SES: MessageRejected: Sending paused for this account."`;

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
  const words = text.trim();
  const quoted = JSON.stringify(words.slice(0, 60));
  if (/^[23]\d\d(?:[ -]|$)/.test(words)) {
    const fault = "refuses nothing: only 4xx and 5xx replies and error names are explained";
    return printProblems(context, flags, [`${quoted} ${fault}.`]);
  }
  // The error of a whole chain: a part a provider.
  const parts = words.split(/ \| (?=[\w.-]+: )/);
  const explained = await Promise.all(
    parts.map(async (part) => ({ part, explanation: await explanationOf(part, flags) })),
  );
  if (explained.every(({ explanation }) => explanation === undefined)) {
    const hint =
      "a 4xx or 5xx reply, an error of SES, a code of Node.js or nodemailer, or a kind of failure is explained";
    return printProblems(context, flags, [`${quoted} is not known: ${hint}.`], exitCodes.failed);
  }
  const { dispositions } = await import("@relais/core");
  if (flags.json) {
    const all = explained.map(({ part, explanation }) => ({
      ...(parts.length > 1 && { text: part }),
      ...(explanation && { ...explanation, page, disposition: dispositions[explanation.kind] }),
    }));
    context.out(JSON.stringify(parts.length > 1 ? { parts: all } : all[0]));
    return exitCodes.ok;
  }
  for (const { part, explanation } of explained) {
    if (parts.length > 1) context.out(part);
    if (explanation === undefined) context.out("not known");
    else for (const line of linesOf(explanation, dispositions[explanation.kind])) context.out(line);
  }
  return exitCodes.ok;
}

function linesOf(explanation: Explanation, { retry, failover, health }: Disposition): string[] {
  const { kind, because, row, about, source, retryAfterMs } = explanation;
  return [
    `${kind}: ${because}`,
    `  - ${retry ? "the same provider is tried again, within its budget" : "the same provider is not tried again"}`,
    `  - ${failover ? "the next provider is asked" : "no other provider is asked"}`,
    `  - ${healthEffects[health]}`,
    ...(retryAfterMs === undefined ? [] : [`  - not before ${retryAfterMs} ms have passed`]),
    `  row: ${row}`,
    ...(about === undefined ? [] : [`  about: ${abouts[about]}`]),
    ...(source ? [`  source: ${source}`] : []),
    `  page: ${page}`,
  ];
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
  readonly about?: keyof typeof abouts;
  readonly source?: string;
  readonly retryAfterMs?: number;
}

/** What each kind means, where it stands alone. */
const kindMeanings: Readonly<Record<FailureKind, string>> = {
  transient: "the provider, for now: not reached, lost before the hand-over, or it says try later",
  throttled: "the provider says too fast, or enough for today",
  deferred: "the recipient, for now: greylisted, or the mailbox is full or busy",
  misconfigured: "our account there: login, certificate, region, a pause",
  refused: "this provider does not take this message: its sender, content or size",
  rejected: "the message or its recipient, everywhere",
  unknown: "nobody knows: contact was lost after the message was handed over",
  skipped: "a policy of ours held it back, and nothing was sent",
  cancelled: "the caller gave up, or time ran out, before the hand-over",
};

/**
 * What a pasted line means by the first of its names and numbers that a table has: nothing is guessed. In front of it
 * may stand a provider, a kind, what a library says.
 */
async function explanationOf(text: string, flags: ExplainFlags): Promise<Explanation | undefined> {
  const tails = tailsOf(text.replace(/ \(\d+ ms\)$/, ""));
  for (const explained of [sesError, smtpReply, wireError, ofKind]) {
    for (const tail of tails) {
      const explanation = await explained(tail, flags);
      if (explanation !== undefined) return explanation;
    }
  }
  return undefined;
}

/** `SES: refused: MessageRejected: x`, `refused: MessageRejected: x`, … */
function tailsOf(text: string): string[] {
  const tail = /^\s*[^\s:]+(?: \([^)]*\))?:\s+(.*)$/s.exec(text)?.[1];
  return [text, ...(tail === undefined ? [] : tailsOf(tail))];
}

async function sesError(text: string, flags: ExplainFlags): Promise<Explanation | undefined> {
  const { explainSesError, sesErrors } = await import("@relais/ses");
  const status = Number(flags.status ?? 400);
  const [, httpStatus] = /^\s*HTTP (?:status )?([45]\d\d)\b/.exec(text) ?? [];
  // What follows the name stays as it is: an ARN in it has colons.
  const [, name = "", rest = ""] = /^\s*(\w+)(?![^\s:])[\s:]*(.*)$/s.exec(text) ?? [];
  const stem = name.replace(/Exception$/, "");
  const isListed = sesErrors.some((one) => one.name === stem);
  if (httpStatus === undefined && !isListed && !/^[A-Z]\w+Exception$/.test(name)) return undefined;
  const error =
    httpStatus === undefined
      ? explainSesError(name, rest, status)
      : explainSesError(undefined, "", Number(httpStatus));
  const { kind, meaning, about, says, source, retryAfterMs } = error;
  const known = says === undefined ? error.name : `${error.name} · the words /${says.source}/`;
  const row = httpStatus !== undefined || isListed ? known : `any other error (HTTP ${status})`;
  return {
    kind,
    because: meaning,
    row: `SES, ${row}`,
    about,
    ...(source && { source }),
    ...(retryAfterMs && { retryAfterMs }),
  };
}

/** A code with its text, or alone at the end: no port, no part of an address, no time. Few servers have 56x to 59x. */
const replyInside =
  /(?<![\w.:/@-])(?:[45][0-5]\d(?=[ -]|$)|(?<=^\s*)[45]\d\d(?=[ -]\S)|[45]\d\d(?=[ -]#?[45]\.\d))(?! ?(?:ms|s|bytes|messages|recipients)\b)/g;

async function smtpReply(text: string, flags: ExplainFlags): Promise<Explanation | undefined> {
  const { explainReply } = await import("@relais/smtp/replies");
  const starts = [...text.matchAll(replyInside)].map(({ index }) => text.slice(index));
  const start = starts.find((one) => /^\d{3}[ -]#?[45]\.\d+\.\d+/.test(one)) ?? starts[0];
  const reply = start === undefined ? undefined : explainReply(start, (flags.phase ?? "rcpt") as Phase);
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

/** A code of Node.js, OpenSSL or nodemailer anywhere in the line, or what we say in its place. */
async function wireError(text: string): Promise<Explanation | undefined> {
  const { findWireRule, wireRules } = await import("@relais/smtp/replies");
  const words = text.trim();
  const rule =
    findWireRule(words.match(/\b[A-Z][A-Z0-9_]+\b/g) ?? []) ??
    wireRules.find(({ reason }) => reason === words);
  if (rule === undefined) return undefined;
  const { kind, reason, about, code, source } = rule;
  return { kind, because: reason, row: `network, ${code}`, about, source };
}

/** A kind, alone or in front of words that no table has. */
async function ofKind(text: string): Promise<Explanation | undefined> {
  const { failureKinds } = await import("@relais/core");
  const named = /^\s*(\w+)(?:\s*$|:| \([^)]*\):)/.exec(text)?.[1]?.toLowerCase();
  const isLost = /after the message was handed over$/.test(text.trim());
  const kind = isLost ? "unknown" : failureKinds.find((one) => one === named);
  return kind && { kind, because: kindMeanings[kind], row: `kinds, ${kind}` };
}
