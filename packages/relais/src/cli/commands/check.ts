import { type AddCommand, type CliContext, type ExitCode, exitCodes, printProblems } from "../cli-context.ts";
import { type ChainFlags, withChainFlags } from "../flags.ts";

/** `relais check`: reaches every provider, logs in, asks for quotas; sends nothing. */
export const checkCommand: AddCommand = (program, context, action) => {
  withChainFlags(program.command("check"))
    .description("reach every provider and log in, without sending anything")
    .option("--all", "only check all chains of the configuration: no connection, no secrets needed")
    .addHelpText("after", "\nExit codes: 0 all are well · 1 one is not · 2 the configuration is wrong")
    .action(action((flags: CheckFlags) => (flags.all ? checkAll(flags, context) : check(flags, context))));
};

interface CheckFlags extends ChainFlags {
  readonly all?: boolean;
}

/** Without connecting: what is wrong in chains of other stages, whose secrets are not here. */
async function checkAll(flags: CheckFlags, context: CliContext): Promise<ExitCode> {
  const { config: file, dsn, chain, json } = flags;
  const { cwd, env, out } = context;
  if (chain !== undefined) return printProblems(context, flags, ["--all goes without --chain."]);
  const { configFileOf } = await import("../../config/config-file.ts");
  const source = { file, dsn, cwd, env };
  const from = configFileOf(source);
  if (from === undefined && dsn === undefined)
    return printProblems(context, flags, [`There is no configuration in ${cwd} or above it.`]);
  const { loadConfig } = await import("../../config/load-config.ts");
  const { checkChains } = await import("../../config/build-chain.ts");
  const checked = await checkChains(await loadConfig(source, undefined, from));
  if (json) out(JSON.stringify({ file: from?.file, chains: checked }));
  else {
    out(`Chains of ${from?.file ?? "the DSN"}:`);
    const width = Math.max(...checked.map(({ name }) => name.length));
    for (const { name, missing } of checked) {
      const needs = missing.length === 0 ? "" : `  not here: ${missing.join(", ")}`;
      out(`  ${name.padEnd(width)}  ok${needs}`);
    }
  }
  return exitCodes.ok;
}

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
