import type { Delivery } from "@relais/core";
import { Option } from "commander";
import type { BulkFlags } from "../bulk/bulk.ts";
import {
  type AddCommand,
  type CliContext,
  type ExitCode,
  exitCodes,
  printProblems,
  sentence,
} from "../cli-context.ts";
import { type ChainFlags, repeatable, wholeNumber, withChainFlags } from "../flags.ts";
import type { BodyFileFlags, MessageFlags } from "../message-input.ts";

const help = `
Examples:
  relais send --to ann@example.net --subject Hello --text "Hello Ann"
  relais send --to ann@example.net --subject Report --html "<b>See below</b>" --attach report.pdf
  relais send --to ann@example.net --subject Hello --text Hello --dry-run
  cat message.json | relais send --json
  cat mail.eml | relais send
  relais send --bulk people.csv --subject "Hello {{name}}" --html-file letter.html

A bulk run writes what it does to FILE.relais.jsonl. Killed or stopped, it is resumed by the same command: nobody gets
the message twice; rows that may have arrived are listed, and sent again by --resend-unknown.

--json prints one object on standard output, whatever happens: how it ended, or {"error": {"code", "problems"}}.

Exit codes: 0 delivered to all recipients · 1 delivered to none · 2 the command line, the configuration or the message
is wrong · 3 nobody knows (think before sending it again) · 4 delivered to some and not to others`;

/** `relais send` */
export const sendCommand: AddCommand = (program, context, action) => {
  withChainFlags(program.command("send"))
    .description("send one message, or one for each row of a file")
    .option("--from <address>", "the sender (default: the configuration's, or AWS_SES_FROM_EMAIL)")
    .option("--to <address>", "a recipient; may be given several times", repeatable)
    .option("--cc <address>", "may be given several times", repeatable)
    .option("--bcc <address>", "may be given several times", repeatable)
    .option("--reply-to <address>", "where answers go")
    .option("--subject <text>", "the subject")
    .option("--text <text>", "the body as plain text")
    .option("--html <html>", "the body as HTML")
    .addOption(new Option("--text-file <file>", "the body as plain text, in a file").conflicts("text"))
    .addOption(new Option("--html-file <file>", "the body as HTML, in a file").conflicts("html"))
    .option("--attach <file>", "a file; may be given several times", repeatable)
    .option("--header <line>", "NAME: VALUE; may be given several times", repeatable)
    .addOption(new Option("--id <key>", "the idempotency key (default: a new one)").conflicts("bulk"))
    .addOption(new Option("--eml <file>", "a whole mail (RFC 5322), sent as it is").conflicts("bulk"))
    .option("--dry-run", "print the bytes and send nothing")
    .option(
      "--bulk <file>",
      "a .csv as spreadsheets write it, or a .jsonl: one message a row, {{column}} filled in",
    )
    .option("--journal <file>", "bulk: where the run writes what it does (default: FILE.relais.jsonl)")
    .option("--report <file>", "bulk: write who got what by which provider, as CSV")
    .option("--concurrency <n>", "bulk: messages under way at once (default: 10)", wholeNumber(1, 1000))
    .option("--limit <n>", "bulk: only the first rows", wholeNumber(1, 1_000_000_000))
    .option("--resend-unknown", "bulk: send those again that may or may not have arrived")
    .option("--retry-failed", "bulk: try those again that were refused permanently")
    .addHelpText("after", help)
    .action(action((flags: SendFlags) => send(flags, context)));
};

interface SendFlags extends MessageFlags, BodyFileFlags, ChainFlags, Partial<BulkFlags> {
  readonly eml?: string;
}

/** Flags that mean nothing for one message. */
const bulkOnly = {
  journal: "--journal",
  report: "--report",
  concurrency: "--concurrency",
  limit: "--limit",
  resendUnknown: "--resend-unknown",
  retryFailed: "--retry-failed",
} as const;

async function send(flags: SendFlags, context: CliContext): Promise<ExitCode> {
  const { bulk } = flags;
  if (bulk !== undefined) return (await import("../bulk/bulk.ts")).sendBulk({ ...flags, bulk }, context);
  const misplaced = Object.entries(bulkOnly).filter(([name]) => name in flags);
  if (misplaced.length > 0) {
    const sentences = misplaced.map(([, flag]) => `${flag} goes with --bulk only.`);
    return printProblems(context, flags, sentences);
  }
  const { InvalidMessage } = await import("@relais/core");
  try {
    return await sendOne(flags, context);
  } catch (error) {
    if (!(error instanceof InvalidMessage)) throw error;
    return printProblems(context, flags, [
      sentence(`The message cannot be sent: ${error.message.replace(/^message: /, "it ")}`),
    ]);
  }
}

async function sendOne(flags: SendFlags, context: CliContext): Promise<ExitCode> {
  const { config, dsn, chain: name, envFile, dryRun, json, ...content } = flags;
  const { InvalidMessage } = await import("@relais/core");
  const { compiledText, readMessage } = await import("../message-input.ts");
  const { sendingChain } = await import("../open-chain.ts");
  const opened = await sendingChain(flags, context);
  try {
    const message = await readMessage(content, context, opened.from).catch((error: unknown) => {
      if (error instanceof InvalidMessage && error.field === "from") opened.checkSender();
      throw error;
    });
    if (dryRun) {
      const bytes = await compiledText(message);
      const { envelope, messageId } = message;
      context.out(json ? JSON.stringify({ envelope, messageId, bytes }) : bytes);
      return exitCodes.ok;
    }
    const delivery = await opened.chain().send(message);
    if (json) context.out(JSON.stringify(delivery));
    else await printDelivery(delivery, context);
    return exitCodeOf(delivery);
  } finally {
    await opened.close();
  }
}

async function printDelivery(delivery: Delivery, { out, err }: CliContext): Promise<void> {
  for (const { provider, kind, reason, ms, skipped } of delivery.attempts) {
    const outcome = kind === undefined ? "accepted" : `${kind}: ${reason}`;
    err(`${provider}: ${outcome}${skipped ? "" : ` (${Math.round(ms)} ms)`}`);
  }
  if (delivery.success) {
    out(`sent by ${delivery.provider}: ${delivery.messageId || "the mail has no Message-ID"}`);
    return;
  }
  const { describe } = await import("@relais/core");
  err(`${delivery.status}: ${delivery.error}`);
  for (const { address, failure } of delivery.rejected) err(`  ${address}: ${describe(failure)}`);
}

function exitCodeOf(delivery: Delivery): ExitCode {
  if (delivery.success) return exitCodes.ok;
  if (delivery.status !== "failed") return exitCodes[delivery.status];
  // Refused before any attempt: the message is wrong, no provider is.
  return delivery.attempts.length === 0 && delivery.kind === "rejected" ? exitCodes.usage : exitCodes.failed;
}
