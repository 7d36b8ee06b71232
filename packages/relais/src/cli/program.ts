import { Command, CommanderError } from "commander";
import { ConfigurationError } from "../configuration-error.ts";
import { checkCommandOf } from "./check-flags.ts";
import { complain } from "./complain.ts";
import { completionCommandOf } from "./completion/completion-flags.ts";
import { configCommandOf } from "./config-flags.ts";
import { conformanceCommandOf } from "./conformance-flags.ts";
import { type ExitCode, exitCodes } from "./exit-code.ts";
import { explainCommandOf } from "./explain-flags.ts";
import { initCommandOf } from "./init/init-flags.ts";
import { outboxCommandsOf } from "./outbox/outbox-flags.ts";
import { sendCommandOf } from "./send-flags.ts";
import type { Shell } from "./shell.ts";

/** What commander says, on one line and without the word that stands before it on a terminal. */
function sentenceOf({ code, message }: CommanderError): string {
  if (code === "commander.help") return "A command is missing: relais --help lists them.";
  return message.replace(/^error: /, "").replaceAll("\n", " ");
}

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

  const commands = [
    sendCommandOf,
    checkCommandOf,
    configCommandOf,
    explainCommandOf,
    conformanceCommandOf,
    initCommandOf,
    outboxCommandsOf,
    completionCommandOf,
  ];
  for (const commandOf of commands) {
    commandOf(program, shell, (ended) => {
      code = ended;
    });
  }
  // What a shell asks is not a command line, but a piece of one.
  if (args[0] === "complete") {
    return (await import("./completion/complete-command.ts")).completeCommand(program, args.slice(1), shell);
  }

  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCodes.ok;
      return json ? complain(shell, { json }, exitCodes.usage, [sentenceOf(error)]) : exitCodes.usage;
    }
    if (error instanceof ConfigurationError)
      return complain(shell, { json }, exitCodes.usage, error.problems);
    throw error;
  }
}
