import { dispositions, type FailureKind } from "@relais/core";
import { explainSesError } from "@relais/ses";
import { explainReply, type Phase, phases } from "@relais/smtp/replies";
import { complain } from "./complain.ts";
import { type ExitCode, exitCodes } from "./exit-code.ts";
import type { Shell } from "./shell.ts";

export interface ExplainFlags {
  readonly phase?: string;
  readonly status?: string;
  readonly json?: boolean;
}

/** What is known of some far end's words. */
interface Explained {
  readonly kind: FailureKind;
  readonly because: string;
  readonly source?: string;
  readonly retryAfterMs?: number;
}

/** What a chain does about a failure of this kind, in words, out of the one table. */
function consequences(kind: FailureKind): string[] {
  const { retry, failover, health } = dispositions[kind];
  const breaker = {
    success: "counts as good work of the provider",
    failure: "counts towards opening the breaker",
    open: "opens the breaker at once",
    rest: "rests the provider for as long as it asks",
    neither: "says nothing about the provider's health",
  }[health];
  return [
    retry ? "the same provider is tried again, within its budget" : "the same provider is not tried again",
    failover ? "the next provider is asked" : "no other provider is asked",
    breaker,
  ];
}

function explained(words: string, flags: ExplainFlags): Explained | undefined {
  if (/^\s*\d{3}/.test(words)) {
    const phase = (flags.phase ?? "rcpt") as Phase;
    const reply = explainReply(words, phase);
    return (
      reply && {
        kind: reply.kind,
        because: reply.because,
        ...(reply.retryAfterMs && { retryAfterMs: reply.retryAfterMs }),
        ...(reply.phrase && { source: reply.phrase.source }),
      }
    );
  }
  // What follows the name stays as it is: an ARN in it has colons.
  const [, name = "", rest = ""] = /^\s*([^\s:]*)[\s:]*(.*)$/s.exec(words) ?? [];
  const { kind, meaning, source, retryAfterMs } = explainSesError(name, rest, Number(flags.status ?? 400));
  return { kind, because: meaning, ...(source && { source }), ...(retryAfterMs && { retryAfterMs }) };
}

/** `relais explain "550 5.1.1 no such user"`, `relais explain Throttling` */
export function explainCommand(words: string, flags: ExplainFlags, shell: Shell): ExitCode {
  const names: readonly string[] = Array.isArray(phases) ? phases : Object.keys(phases);
  if (flags.phase !== undefined && !names.includes(flags.phase)) {
    return complain(shell, flags, exitCodes.usage, [`--phase must be one of ${names.join(", ")}.`]);
  }
  const known = explained(words, flags);
  if (known === undefined) {
    return complain(shell, flags, exitCodes.usage, [
      `${JSON.stringify(words.slice(0, 60))} refuses nothing: only 4xx and 5xx replies and error names are explained.`,
    ]);
  }
  if (flags.json) {
    shell.out(JSON.stringify({ ...known, disposition: dispositions[known.kind] }));
    return exitCodes.ok;
  }
  shell.out(`${known.kind}: ${known.because}`);
  for (const line of consequences(known.kind)) shell.out(`  - ${line}`);
  if (known.retryAfterMs !== undefined) shell.out(`  - not before ${known.retryAfterMs} ms have passed`);
  if (known.source !== undefined) shell.out(`  source: ${known.source}`);
  return exitCodes.ok;
}
