import { Command, CommanderError } from "commander";
import { ConfigurationError } from "../environment/settings-reader.ts";
import { type AddCommand, type CliContext, type ExitCode, exitCodes, printProblems } from "./cli-context.ts";
import { checkCommand } from "./commands/check.ts";
import { completionCommand } from "./commands/completion.ts";
import { configCommand } from "./commands/config.ts";
import { conformanceCommand } from "./commands/conformance.ts";
import { explainCommand } from "./commands/explain.ts";
import { feedbackCommand } from "./commands/feedback.ts";
import { initCommand } from "./commands/init.ts";
import { operationsCommand } from "./commands/operations.ts";
import { outboxCommand } from "./commands/outbox.ts";
import { previewCommand } from "./commands/preview.ts";
import { sendCommand } from "./commands/send.ts";
import { suppressionCommand } from "./commands/suppression.ts";
import { workerCommands } from "./commands/worker.ts";
import { readEnvFiles } from "./env-files.ts";

const commands: readonly AddCommand[] = [
  sendCommand,
  checkCommand,
  configCommand,
  explainCommand,
  conformanceCommand,
  initCommand,
  previewCommand,
  workerCommands,
  outboxCommand,
  feedbackCommand,
  suppressionCommand,
  operationsCommand,
  completionCommand,
];

/** Runs the command line `relais …`. Resolves with the exit code. */
export async function runProgram(
  args: readonly string[],
  version: string,
  context: CliContext,
): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const json = args.includes("--json");
  const program = new Command("relais")
    .description("E-mail through an ordered chain of providers that decides rightly on every failure.")
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out(text.trimEnd()),
      writeErr: (text) => {
        if (!json) context.err(text.trimEnd());
      },
    });
  program.hook("preAction", (_program, command) => {
    const takesFiles = command.options.some(({ long }) => long === "--env-file");
    if (takesFiles) readEnvFiles(command.opts(), context);
  });
  for (const add of commands) {
    add(program, context, (run) => async (...values) => {
      code = await run(...values);
    });
  }
  // The command line to complete is unfinished, and commander would refuse it.
  if (args[0] === "complete") {
    return (await import("./completion.ts")).complete(program, args.slice(1), context);
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCodes.ok;
      return json ? printProblems(context, { json }, [sentenceOf(error)]) : exitCodes.usage;
    }
    if (error instanceof ConfigurationError) return printProblems(context, { json }, error.problems);
    throw error;
  }
}

/** What commander says, on one line and without the word that stands before it on a terminal. */
function sentenceOf({ code, message }: CommanderError): string {
  if (code === "commander.help") return "A command is missing: relais --help lists them.";
  return message.replace(/^error: /, "").replaceAll("\n", " ");
}
