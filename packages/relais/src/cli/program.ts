import { Command, CommanderError } from "commander";
import { ConfigurationError } from "../configuration-error.ts";
import { complain } from "./complain.ts";
import { addCompletion, completionHelp, isCompletion } from "./completion.ts";
import { type ExitCode, exitCodes } from "./exit-code.ts";
import { initCommandOf } from "./init/init-flags.ts";
import { sendCommandOf } from "./send-flags.ts";
import type { Shell } from "./shell.ts";
import { withChain } from "./with-chain.ts";

/** Runs the command line `relais …`. Resolves with the exit code. */
export async function runProgram(args: readonly string[], version: string, shell: Shell): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const json = args.includes("--json");
  // Each command is loaded when it is used: explaining a word needs no mail library.
  const program = new Command("relais")
    .description("E-mail through an ordered chain of providers that decides rightly on every failure.")
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.out(text.trimEnd()),
      writeErr: (text) => {
        if (!json) shell.err(text.trimEnd());
      },
    });

  sendCommandOf(program, shell, (ended) => {
    code = ended;
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

  program
    .command("conformance <package>")
    .description("run the conformance rules on a provider: a package or file that exports its harness")
    .option("--in-a-chain", "run them on the provider as a chain of one link")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  relais conformance ./harness.ts\n\nExit codes: 0 every rule is kept · 1 one is not",
    )
    .action(async (name: string, flags: object) => {
      code = await (await import("./conformance-command.ts")).conformanceCommand(name, flags, shell);
    });
  initCommandOf(program, shell, (ended) => {
    code = ended;
  });
  program.addHelpText("after", completionHelp);
  if (isCompletion(args)) await addCompletion(program, shell.cwd);

  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCodes.ok;
      return json ? complain(shell, { json }, exitCodes.usage, [error.message]) : exitCodes.usage;
    }
    if (error instanceof ConfigurationError)
      return complain(shell, { json }, exitCodes.usage, error.problems);
    throw error;
  }
}
