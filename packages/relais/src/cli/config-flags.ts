import type { Command } from "commander";
import type { ConfigFlags } from "./config-command.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Shell } from "./shell.ts";
import { withChain } from "./with-chain.ts";

/** `relais config` */
export function configCommandOf(program: Command, shell: Shell, done: (code: ExitCode) => void): void {
  withChain(
    program.command("config").description("print what the configuration amounts to, secrets masked"),
  ).action(async (flags: ConfigFlags) => {
    done(await (await import("./config-command.ts")).configCommand(flags, shell));
  });
}
