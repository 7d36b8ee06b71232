import { Argument, type Command } from "commander";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Shell } from "../shell.ts";
import type { ShellName } from "./scripts.ts";

const shells: readonly ShellName[] = ["bash", "zsh", "fish"];

const help = `
Examples:
  source <(relais completion bash)          # in ~/.bashrc
  source <(relais completion zsh)           # in ~/.zshrc, behind compinit
  relais completion fish > ~/.config/fish/completions/relais.fish`;

/** `relais completion bash|zsh|fish` */
export function completionCommandOf(program: Command, shell: Shell, done: (code: ExitCode) => void): void {
  program
    .command("completion")
    .description("print a script that lets your shell complete commands, flags and their values")
    .addArgument(new Argument("<shell>", "which").choices([...shells]))
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async (name: ShellName, { json }: { readonly json?: boolean }) => {
      const { scripts } = await import("./scripts.ts");
      shell.out(json ? JSON.stringify({ script: scripts[name] }) : scripts[name]);
      done(exitCodes.ok);
    });
}
