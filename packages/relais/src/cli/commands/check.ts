import type { ChainHealth } from "@relais/core";
import type { LoadedChain } from "../../config/load-chain.ts";
import { type AddCommand, type CliContext, type ExitCode, exitCodes, printProblems } from "../cli-context.ts";
import { type ChainFlags, duration, type OutboxFlags, withChainFlags, withDatabaseFlags } from "../flags.ts";

const help = `
With --feedback a mail goes to each address that SES, Postmark and Resend have for tests, and the events of them are waited
for in the outbox, into which a relais worker must put them meanwhile: with Postgres.

Exit codes: 0 all are well · 1 one is not, or an event did not come · 2 the configuration is wrong`;

/** `relais check`: reaches every provider, logs in, asks for quotas; sends nothing without `--feedback`. */
export const checkCommand: AddCommand = (program, context, action) => {
  withDatabaseFlags(withChainFlags(program.command("check")))
    .description("reach every provider and log in, without sending anything")
    .option("--feedback", "send to test addresses of the vendors, and wait for what they tell")
    .option("--timeout <time>", "how long it is waited for (default: 60s)", duration)
    .option("--all", "only check all chains of the configuration: no connection, no secrets needed")
    .addHelpText("after", help)
    .action(action((flags: CheckFlags) => (flags.all ? checkAll(flags, context) : check(flags, context))));
};

interface CheckFlags extends ChainFlags, OutboxFlags {
  readonly all?: boolean;
  readonly feedback?: boolean;
  readonly timeout?: number;
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

const verifyTimeoutMs = 20_000;

async function check(flags: CheckFlags, context: CliContext): Promise<ExitCode> {
  const { openChain } = await import("../open-chain.ts");
  const { chain, from } = await openChain(flags, context);
  try {
    const health = await chain.verify({ signal: AbortSignal.timeout(verifyTimeoutMs) });
    if (!flags.json) printHealth(health, from, context);
    const isWell = health.providers.every(({ ok }) => ok);
    if (flags.feedback) return await checkEvents(chain, health, flags, context);
    if (flags.json) context.out(JSON.stringify(health));
    return isWell ? exitCodes.ok : exitCodes.failed;
  } finally {
    await chain.close();
  }
}

function printHealth({ providers }: ChainHealth, from: string, { out }: CliContext): void {
  out(`Chain from ${from}:`);
  const width = Math.max(...providers.map(({ provider }) => provider.length));
  for (const { provider, ok, reason = "", quota, sandbox } of providers) {
    const limits = [
      ...(quota?.perSecond === undefined ? [] : [`${quota.perSecond}/s`]),
      ...(quota?.perDay === undefined ? [] : [`${quota.sentLastDay ?? 0} of ${quota.perDay} today`]),
      ...(sandbox ? ["SANDBOX: verified recipients only"] : []),
    ].join(", ");
    const details = [reason, limits].filter((part) => part !== "").join("; ");
    out(`  ${provider.padEnd(width)}  ${ok ? "ok  " : "FAIL"}  ${details}`.trimEnd());
  }
}

/** What the providers tell of mails to their test addresses. */
async function checkEvents(
  chain: LoadedChain,
  health: ChainHealth,
  flags: CheckFlags,
  context: CliContext,
): Promise<ExitCode> {
  const { checkFeedback, feedbackLines } = await import("../check-feedback.ts");
  const { openThere } = await import("../outbox/with-outbox.ts");
  const { timeout = 60_000, json } = flags;
  const opened = await openThere(flags, context);
  if (opened === undefined) return exitCodes.failed;
  try {
    const checks = await checkFeedback(chain, opened.outbox, timeout);
    if (checks.length === 0)
      return printProblems(context, flags, [
        "No provider of this chain has addresses for tests: SES, Postmark and Resend have.",
      ]);
    if (json) context.out(JSON.stringify({ ...health, feedback: checks }));
    else for (const line of ["Feedback:", ...feedbackLines(checks, timeout)]) context.out(line);
    const isWell = [...health.providers, ...checks].every(({ ok }) => ok);
    return isWell ? exitCodes.ok : exitCodes.failed;
  } catch (error) {
    const { outboxKit } = await import("../outbox/open-outbox.ts");
    const { databaseError } = await outboxKit();
    const problem = databaseError("Waiting for events failed", error, opened.outbox.database.name);
    return printProblems(context, flags, [problem], exitCodes.failed);
  } finally {
    await opened.outbox.close().catch(() => undefined);
  }
}
