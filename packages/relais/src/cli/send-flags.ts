import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import type { BulkFlags } from "./bulk/bulk-command.ts";
import { complain } from "./complain.ts";
import { type ExitCode, exitCodes } from "./exit-code.ts";
import type { SendFlags } from "./send-command.ts";
import type { Shell } from "./shell.ts";
import { withChain } from "./with-chain.ts";

const several = (value: string, previous: readonly string[] = []): string[] => [...previous, value];

const count =
  (most: number) =>
  (value: string): number => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < 1 || number > most) {
      throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
    }
    return number;
  };

/** Flags that say something about a run of many, and nothing about one message. */
const ofBulk = {
  journal: "--journal",
  report: "--report",
  concurrency: "--concurrency",
  limit: "--limit",
  resendUnknown: "--resend-unknown",
  retryFailed: "--retry-failed",
} as const;

const help = `
Examples:
  relais send --to ann@example.net --subject Hello --text "Hello Ann"
  relais send --to ann@example.net --subject Report --html "<b>See below</b>" --attach report.pdf
  relais send --to ann@example.net --subject Hello --text Hello --dry-run
  cat message.json | relais send --json
  cat mail.eml | relais send
  relais send --bulk people.csv --subject "Hello {{name}}" --html-file letter.html

A bulk run writes what it does to FILE.relais.jsonl. Killed or stopped, it is gone on with by the same command:
nobody gets the message twice; rows of which nobody knows are listed, and sent again by --resend-unknown.

--json prints one object on standard output, whatever happens: how it ended, or {"error": {"code", "problems"}}.

Exit codes: 0 everybody has it · 1 nobody has it · 2 the command line, the configuration or the message is wrong ·
3 nobody knows (think before sending it again) · 4 some have it and some do not`;

/** `relais send` */
export function sendCommandOf(program: Command, shell: Shell, done: (code: ExitCode) => void): void {
  withChain(program.command("send").description("send one message, or one for each row of a file"))
    .option("--from <address>", "the sender (default: AWS_SES_FROM_EMAIL, or the configuration's)")
    .option("--to <address>", "a recipient; may be given several times", several)
    .option("--cc <address>", "may be given several times", several)
    .option("--bcc <address>", "may be given several times", several)
    .option("--reply-to <address>", "where answers go")
    .option("--subject <text>", "the subject")
    .option("--text <text>", "the body as plain text")
    .option("--html <html>", "the body as HTML")
    .addOption(new Option("--text-file <file>", "the body as plain text, in a file").conflicts("text"))
    .addOption(new Option("--html-file <file>", "the body as HTML, in a file").conflicts("html"))
    .option("--attach <file>", "a file; may be given several times", several)
    .option("--header <line>", "NAME: VALUE; may be given several times", several)
    .addOption(new Option("--id <key>", "the idempotency key (default: a new one)").conflicts("bulk"))
    .addOption(new Option("--eml <file>", "a whole mail (RFC 5322), sent as it is").conflicts("bulk"))
    .option("--dry-run", "print the bytes and send nothing")
    .option(
      "--bulk <file>",
      "a .csv as spreadsheets write it, or a .jsonl: one message a row, {{column}} filled in",
    )
    .option("--journal <file>", "bulk: where the run writes what it does (default: FILE.relais.jsonl)")
    .option("--report <file>", "bulk: write who got what by which provider, as CSV")
    .option("--concurrency <n>", "bulk: messages under way at once (default: 10)", count(1000))
    .option("--limit <n>", "bulk: only the first rows", count(1_000_000_000))
    .option("--resend-unknown", "bulk: send those again of which nobody knows whether they arrived")
    .option("--retry-failed", "bulk: try those again that were refused for good")
    .addHelpText("after", help)
    .action(async (flags: SendFlags & Partial<BulkFlags>) => {
      const { bulk } = flags;
      if (bulk !== undefined) {
        done(await (await import("./bulk/bulk-command.ts")).bulkCommand({ ...flags, bulk }, shell));
        return;
      }
      const lost = Object.entries(ofBulk).filter(([name]) => name in flags);
      if (lost.length === 0) done(await (await import("./send-command.ts")).sendCommand(flags, shell));
      else
        done(
          complain(
            shell,
            flags,
            exitCodes.usage,
            lost.map(([, flag]) => `${flag} goes with --bulk only.`),
          ),
        );
    });
}
