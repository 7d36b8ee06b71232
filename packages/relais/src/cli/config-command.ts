import { type ExitCode, exitCodes } from "./exit-code.ts";
import { type ChainFlags, openChain } from "./open-chain.ts";
import type { Shell } from "./shell.ts";

export interface ConfigFlags extends ChainFlags {
  readonly json?: boolean;
}

/** `relais config`: what the configuration amounts to, defaults filled in, secrets masked. */
export async function configCommand(flags: ConfigFlags, shell: Shell): Promise<ExitCode> {
  const { chain, from, effective } = await openChain(flags, shell);
  await chain.close();
  const shown = effective ?? { chain: chain.links.map(({ id }) => ({ id })) };
  if (flags.json) {
    shell.out(JSON.stringify(shown));
    return exitCodes.ok;
  }
  const { stringify } = await import("yaml");
  shell.out(`# from ${from}\n${stringify(shown).trimEnd()}`);
  return exitCodes.ok;
}
