import { createMessage, type Delivery, describe, InvalidMessage } from "@relais/core";
import { compile } from "@relais/mime";
import { type ExitCode, exitCodeOf, exitCodes } from "./exit-code.ts";
import { type MessageFlags, messageFromFlags } from "./message-from-flags.ts";
import { type ChainFlags, openChain } from "./open-chain.ts";
import type { Shell } from "./shell.ts";

export interface SendFlags extends MessageFlags, ChainFlags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Files may be attached here: whoever runs the command could read them anyway. */
const limits = { allowFiles: true };

function show(delivery: Delivery, { out, err }: Shell): void {
  for (const { provider, kind, reason, ms, skipped } of delivery.attempts) {
    err(
      `${provider}: ${kind === undefined ? "accepted" : `${kind}: ${reason}`}${skipped ? "" : ` (${Math.round(ms)} ms)`}`,
    );
  }
  if (delivery.success) out(`sent by ${delivery.provider}: ${delivery.messageId}`);
  else {
    err(`${delivery.status}: ${delivery.error}`);
    for (const { address, failure } of delivery.rejected) err(`  ${address}: ${describe(failure)}`);
  }
}

/** `relais send` */
export async function sendCommand(flags: SendFlags, shell: Shell): Promise<ExitCode> {
  const { config, dsn, chain: name, dryRun, json, ...rest } = flags;
  try {
    const message = await createMessage(await messageFromFlags(rest, shell), {
      limits,
      defaultFrom: shell.env.AWS_SES_FROM_EMAIL || undefined,
    });
    if (dryRun) {
      const { bytes } = await compile(message);
      shell.out(
        json
          ? JSON.stringify({
              envelope: message.envelope,
              messageId: message.messageId,
              bytes: bytes.toString(),
            })
          : bytes.toString(),
      );
      return exitCodes.ok;
    }
    const { chain } = await openChain(
      { ...(config && { config }), ...(dsn && { dsn }), ...(name && { chain: name }) },
      shell,
    );
    const delivery = await chain.send(message);
    await chain.close();
    if (json) shell.out(JSON.stringify(delivery));
    else show(delivery, shell);
    return exitCodeOf(delivery);
  } catch (error) {
    if (!(error instanceof InvalidMessage)) throw error;
    shell.err(`The message cannot be sent: ${error.message}.`);
    return exitCodes.usage;
  }
}
