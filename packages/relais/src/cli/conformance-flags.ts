import type { Command } from "commander";
import type { ConformanceFlags } from "./conformance-command.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Shell } from "./shell.ts";

const help = `
What is run on must export harness: how to make the provider with a far end of its own (see @relais/conformance).
Where a package keeps its harness apart from what it publishes, --harness names the file.

Examples:
  relais conformance ./harness.ts
  relais conformance relais-provider-pigeon --harness ./test/harness.ts

Exit codes: 0 every rule is kept · 1 one is not · 2 there is no harness`;

/** `relais conformance` */
export function conformanceCommandOf(program: Command, shell: Shell, done: (code: ExitCode) => void): void {
  program
    .command("conformance <package>")
    .description("run the conformance rules on a provider: a package or file that exports its harness")
    .option("--harness <file>", "where the harness is, if the package does not export it")
    .option("--in-a-chain", "run them on the provider as a chain of one link")
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async (name: string, flags: ConformanceFlags) => {
      done(await (await import("./conformance-command.ts")).conformanceCommand(name, flags, shell));
    });
}
