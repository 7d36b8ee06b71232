import { type Command, InvalidArgumentError } from "commander";
import type { ExitCode } from "./exit-code.ts";
import type { ExplainFlags } from "./explain-command.ts";
import type { Shell } from "./shell.ts";

function status(value: string): string {
  if (!/^[1-5]\d\d$/.test(value))
    throw new InvalidArgumentError("It must be an HTTP status, from 100 to 599.");
  return value;
}

const help = `
Examples:
  relais explain "550 5.1.1 no such user"
  relais explain Throttling`;

/** `relais explain` */
export function explainCommandOf(program: Command, shell: Shell, done: (code: ExitCode) => void): void {
  program
    .command("explain <words...>")
    .description("say what a server's reply or an error name means, and what a chain does about it")
    .option("--phase <phase>", "what an SMTP reply was the answer to (default: rcpt)")
    .option("--status <code>", "the HTTP status of an SES error (default: 400)", status)
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async (words: string[], flags: ExplainFlags) => {
      done((await import("./explain-command.ts")).explainCommand(words.join(" "), flags, shell));
    });
}
