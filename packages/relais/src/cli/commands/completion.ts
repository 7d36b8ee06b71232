import { Argument } from "commander";
import { type AddCommand, exitCodes } from "../cli-context.ts";
import type { ShellName } from "../completion.ts";

const shells: readonly ShellName[] = ["bash", "zsh", "fish"];

const help = `
Examples:
  source <(relais completion bash)          # in ~/.bashrc
  source <(relais completion zsh)           # in ~/.zshrc, behind compinit
  relais completion fish > ~/.config/fish/completions/relais.fish`;

/** `relais completion bash|zsh|fish` */
export const completionCommand: AddCommand = (program, context, action) => {
  program
    .command("completion")
    .description("print a script that lets your shell complete commands, flags and their values")
    .addArgument(new Argument("<shell>", "which").choices([...shells]))
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(
      action(async (shell: ShellName, { json }: { readonly json?: boolean }) => {
        const { scripts } = await import("../completion.ts");
        context.out(json ? JSON.stringify({ script: scripts[shell] }) : scripts[shell]);
        return exitCodes.ok;
      }),
    );
};
