import { type AddCommand, type CliContext, type ExitCode, exitCodes } from "../cli-context.ts";
import { type ChainFlags, withChainFlags } from "../flags.ts";

/** `relais check`: reaches every provider, logs in, asks for quotas; sends nothing. */
export const checkCommand: AddCommand = (program, context, action) => {
  withChainFlags(program.command("check"))
    .description("reach every provider and log in, without sending anything")
    .addHelpText("after", "\nExit codes: 0 all are well · 1 one is not · 2 the configuration is wrong")
    .action(action((flags: ChainFlags) => check(flags, context)));
};

const timeoutMs = 20_000;

async function check(flags: ChainFlags, context: CliContext): Promise<ExitCode> {
  const { openChain } = await import("../open-chain.ts");
  const { chain, from } = await openChain(flags, context);
  const health = await chain.verify({ signal: AbortSignal.timeout(timeoutMs) });
  await chain.close();
  if (flags.json) context.out(JSON.stringify(health));
  else {
    context.out(`Chain from ${from}:`);
    const width = Math.max(...health.providers.map(({ provider }) => provider.length));
    for (const { provider, ok, reason = "", quota, sandbox } of health.providers) {
      const limits = [
        ...(quota?.perSecond === undefined ? [] : [`${quota.perSecond}/s`]),
        ...(quota?.perDay === undefined ? [] : [`${quota.sentLastDay ?? 0} of ${quota.perDay} today`]),
        ...(sandbox ? ["SANDBOX: verified recipients only"] : []),
      ].join(", ");
      const details = [reason, limits].filter((part) => part !== "").join("; ");
      context.out(`  ${provider.padEnd(width)}  ${ok ? "ok  " : "FAIL"}  ${details}`.trimEnd());
    }
  }
  return health.providers.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.failed;
}
