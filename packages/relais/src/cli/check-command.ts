import { type ExitCode, exitCodes } from "./exit-code.ts";
import { type ChainFlags, openChain } from "./open-chain.ts";
import type { Shell } from "./shell.ts";

export interface CheckFlags extends ChainFlags {
  readonly json?: boolean;
}

const timeoutMs = 20_000;

/** `relais check`: reaches every provider, logs in, asks for quotas; sends nothing. */
export async function checkCommand(flags: CheckFlags, shell: Shell): Promise<ExitCode> {
  const { chain, from } = await openChain(flags, shell);
  const health = await chain.verify({ signal: AbortSignal.timeout(timeoutMs) });
  await chain.close();
  const every = health.providers.every(({ ok }) => ok);
  if (flags.json) shell.out(JSON.stringify(health));
  else {
    shell.out(`Chain from ${from}:`);
    const width = Math.max(...health.providers.map(({ provider }) => provider.length));
    for (const { provider, ok, reason = "", quota, sandbox } of health.providers) {
      const limits = [
        quota?.perSecond === undefined ? "" : `${quota.perSecond}/s`,
        quota?.perDay === undefined ? "" : `${quota.sentLastDay ?? 0} of ${quota.perDay} today`,
        sandbox ? "SANDBOX: verified recipients only" : "",
      ].filter((part) => part !== "");
      const words = [reason, limits.join(", ")].filter((part) => part !== "").join("; ");
      shell.out(`  ${provider.padEnd(width)}  ${ok ? "ok  " : "FAIL"}  ${words}`.trimEnd());
    }
  }
  return every ? exitCodes.ok : exitCodes.failed;
}
