import { createMessage, type Delivery, describe, InvalidMessage, type Message } from "@relais/core";
import { senderFromEnv } from "../sender-from-env.ts";
import { type BodyFiles, fileOf, withBodyFiles } from "./body-files.ts";
import { bytesOf } from "./bytes-of.ts";
import { complain } from "./complain.ts";
import { type ExitCode, exitCodeOf, exitCodes } from "./exit-code.ts";
import { looksLikeMail, messageFromEml } from "./message-from-eml.ts";
import { type MessageFlags, messageFromFlags } from "./message-from-flags.ts";
import { type ChainFlags, openChain } from "./open-chain.ts";
import type { Shell } from "./shell.ts";

export interface SendFlags extends MessageFlags, BodyFiles, ChainFlags {
  readonly eml?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Files may be attached here: whoever runs the command could read them anyway. */
const limits = { allowFiles: true };

/** The message of `--eml`, of standard input, or of flags alone. @throws {InvalidMessage} one sentence */
async function messageOf(
  flags: MessageFlags & BodyFiles & { readonly eml?: string },
  shell: Shell,
): Promise<Message> {
  const { eml, ...rest } = await withBodyFiles(flags, shell.cwd);
  const defaultFrom = senderFromEnv(shell.env);
  if (eml !== undefined)
    return messageFromEml(await fileOf("--eml", eml, shell.cwd), rest, "--eml", defaultFrom);
  // Who says in flags what the message is has nothing to say on standard input.
  const wordless = rest.subject === undefined && rest.text === undefined && rest.html === undefined;
  const input = rest.to === undefined || wordless ? await shell.stdin() : undefined;
  if (input !== undefined && looksLikeMail(input)) {
    return messageFromEml(input, rest, "standard input", defaultFrom);
  }
  return createMessage(messageFromFlags(rest, input?.toString() ?? "", shell.cwd), { limits, defaultFrom });
}

function show(delivery: Delivery, { out, err }: Shell): void {
  for (const { provider, kind, reason, ms, skipped } of delivery.attempts) {
    err(
      `${provider}: ${kind === undefined ? "accepted" : `${kind}: ${reason}`}${skipped ? "" : ` (${Math.round(ms)} ms)`}`,
    );
  }
  if (delivery.success)
    out(`sent by ${delivery.provider}: ${delivery.messageId || "the mail has no Message-ID"}`);
  else {
    err(`${delivery.status}: ${delivery.error}`);
    for (const { address, failure } of delivery.rejected) err(`  ${address}: ${describe(failure)}`);
  }
}

/** `relais send` */
export async function sendCommand(flags: SendFlags, shell: Shell): Promise<ExitCode> {
  const { config, dsn, chain: name, dryRun, json, ...rest } = flags;
  try {
    const message = await messageOf(rest, shell);
    if (dryRun) {
      const bytes = await bytesOf(message);
      shell.out(
        json
          ? JSON.stringify({
              envelope: message.envelope,
              messageId: message.messageId,
              bytes,
            })
          : bytes,
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
    return complain(shell, flags, exitCodes.usage, [`The message cannot be sent: ${error.message}.`]);
  }
}
