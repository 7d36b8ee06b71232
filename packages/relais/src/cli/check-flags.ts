import type { Command } from "commander";
import type { CheckFlags } from "./check-command.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Shell } from "./shell.ts";
import { withChain } from "./with-chain.ts";

/** `relais check` */
export function checkCommandOf(program: Command, shell: Shell, done: (code: ExitCode) => void): void {
  withChain(program.command("check").description("reach every provider and log in, without sending anything"))
    .addHelpText("after", "\nExit codes: 0 all are well · 1 one is not · 2 the configuration is wrong")
    .action(async (flags: CheckFlags) => {
      done(await (await import("./check-command.ts")).checkCommand(flags, shell));
    });
}
