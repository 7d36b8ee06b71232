import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import type { BulkFlags } from "./bulk/bulk-command.ts";
import type { ExitCode } from "./exit-code.ts";
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
    .option("--attach <file>", "a file; may be given several times", several)
    .option("--header <line>", "NAME: VALUE; may be given several times", several)
    .option("--id <key>", "the idempotency key (default: a new one)")
    .option("--eml <file>", "a whole mail (RFC 5322), sent as it is")
    .option("--dry-run", "print the bytes and send nothing")
    .option("--bulk <file>", "a .csv with column names, or a .jsonl: one message a row, {{column}} filled in")
    .option("--text-file <file>", "bulk: the body as plain text")
    .option("--html-file <file>", "bulk: the body as HTML")
    .option("--journal <file>", "bulk: where the run writes what it does (default: FILE.relais.jsonl)")
    .option("--report <file>", "bulk: write who got what by which provider, as CSV")
    .option("--concurrency <n>", "bulk: messages under way at once (default: 10)", count(1000))
    .option("--limit <n>", "bulk: only the first rows", count(1_000_000_000))
    .option("--resend-unknown", "bulk: send those again of which nobody knows whether they arrived")
    .option("--retry-failed", "bulk: try those again that were refused for good")
    .addHelpText("after", help)
    .action(async (flags: SendFlags & Partial<BulkFlags>) => {
      if (flags.bulk === undefined) done(await (await import("./send-command.ts")).sendCommand(flags, shell));
      else {
        const { bulkCommand } = await import("./bulk/bulk-command.ts");
        done(await bulkCommand({ ...flags, bulk: flags.bulk }, shell));
      }
    });
}
