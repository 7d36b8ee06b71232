import { Command, CommanderError } from "commander";
import { ConfigurationError } from "../configuration-error.ts";
import { type ExitCode, exitCodes } from "./exit-code.ts";
import type { Shell } from "./shell.ts";

const several = (value: string, previous: readonly string[] = []): string[] => [...previous, value];

const withChain = (command: Command): Command =>
  command
    .option(
      "-c, --config <file>",
      "a configuration file (default: relais.config.* from here upwards, else the environment)",
    )
    .option("--dsn <dsn>", "the short form: smtp://user:password@host:587, or failover(… …)")
    .option("--chain <name>", "which of the configuration's chains")
    .option("--json", "print JSON");

const sendHelp = `
Examples:
  relais send --to ann@example.net --subject Hello --text "Hello Ann"
  relais send --to ann@example.net --subject Report --html "<b>See below</b>" --attach report.pdf
  relais send --to ann@example.net --subject Hello --text Hello --dry-run
  cat message.json | relais send --json

Exit codes: 0 everybody has it · 1 nobody has it · 2 the command line, the configuration or the message is wrong ·
3 nobody knows (think before sending it again) · 4 some have it and some do not`;

/** Runs the command line `relais …`. Resolves with the exit code. */
export async function runProgram(args: readonly string[], version: string, shell: Shell): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  // Each command is loaded when it is used: explaining a word needs no mail library.
  const program = new Command("relais")
    .description("E-mail through an ordered chain of providers that decides rightly on every failure.")
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.out(text.trimEnd()),
      writeErr: (text) => shell.err(text.trimEnd()),
    });

  withChain(program.command("send").description("send one message, from flags or as JSON on standard input"))
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
    .option("--dry-run", "print the bytes and send nothing")
    .addHelpText("after", sendHelp)
    .action(async (flags: object) => {
      code = await (await import("./send-command.ts")).sendCommand(flags, shell);
    });
  withChain(program.command("check").description("reach every provider and log in, without sending anything"))
    .addHelpText("after", "\nExit codes: 0 all are well · 1 one is not · 2 the configuration is wrong")
    .action(async (flags: object) => {
      code = await (await import("./check-command.ts")).checkCommand(flags, shell);
    });
  withChain(
    program.command("config").description("print what the configuration amounts to, secrets masked"),
  ).action(async (flags: object) => {
    code = await (await import("./config-command.ts")).configCommand(flags, shell);
  });
  program
    .command("explain <words...>")
    .description("say what a server's reply or an error name means, and what a chain does about it")
    .option("--phase <phase>", "what an SMTP reply was the answer to (default: rcpt)")
    .option("--status <code>", "the HTTP status of an SES error (default: 400)")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      '\nExamples:\n  relais explain "550 5.1.1 no such user"\n  relais explain Throttling',
    )
    .action(async (words: string[], flags: object) => {
      code = (await import("./explain-command.ts")).explainCommand(words.join(" "), flags, shell);
    });

  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (error instanceof ConfigurationError) {
      for (const problem of error.problems) shell.err(problem);
      return exitCodes.usage;
    }
    throw error;
  }
}
