import { type AddCommand, type CliContext, type ExitCode, exitCodes } from "../cli-context.ts";
import { type ChainFlags, withChainFlags } from "../flags.ts";

/** `relais config`: what the configuration amounts to, defaults filled in, secrets masked. */
export const configCommand: AddCommand = (program, context, action) => {
  withChainFlags(program.command("config"))
    .description("print what the configuration amounts to, secrets masked")
    .action(action((flags: ChainFlags) => printConfig(flags, context)));
};

async function printConfig(flags: ChainFlags, context: CliContext): Promise<ExitCode> {
  const { openChain } = await import("../open-chain.ts");
  const { chain, from } = await openChain(flags, context);
  await chain.close();
  const shown = chain.effective();
  if (flags.json) context.out(JSON.stringify(shown));
  else {
    const { stringify } = await import("yaml");
    context.out(`# from ${from}\n${stringify(shown).trimEnd()}`);
  }
  return exitCodes.ok;
}
