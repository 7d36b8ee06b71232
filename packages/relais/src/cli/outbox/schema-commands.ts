import { complain } from "../complain.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Shell } from "../shell.ts";
import { databaseFault } from "./database-fault.ts";
import { type OutboxFlags, openOutbox, outboxKit } from "./open-outbox.ts";

export interface MigrateFlags extends OutboxFlags {
  readonly print?: boolean;
}

/** `relais outbox migrate`: makes or brings up the tables; `--print` shows the SQL instead. */
export async function migrateCommand(flags: MigrateFlags, shell: Shell): Promise<ExitCode> {
  if (flags.print) {
    const { wholeSchema } = await outboxKit();
    shell.out(wholeSchema());
    return exitCodes.ok;
  }
  const { outbox, where } = await openOutbox(flags, shell, { migrate: true });
  await outbox.close().catch(() => undefined);
  shell.out(flags.json ? JSON.stringify({ where }) : `the tables are up to date: ${where}`);
  return exitCodes.ok;
}

export interface CopyFlags extends OutboxFlags {
  readonly to: string;
}

/** `relais outbox copy --to URL` */
export async function copyCommand(flags: CopyFlags, shell: Shell): Promise<ExitCode> {
  const { copyOutbox } = await outboxKit();
  const source = await openOutbox(flags, shell);
  try {
    const target = await openOutbox({ ...flags, database: flags.to }, shell);
    try {
      const messages = await copyOutbox(source.outbox, target.outbox, ({ table, copied, total }) => {
        if (!flags.json) shell.err(`${table}: ${copied} of ${total}`);
      });
      shell.out(flags.json ? JSON.stringify({ messages }) : `${messages} messages copied to ${target.where}`);
    } catch (error) {
      return complain(shell, flags, exitCodes.failed, [
        databaseFault("Copying failed", error, `${source.where}, to ${target.where}`),
      ]);
    } finally {
      await target.outbox.close().catch(() => undefined);
    }
  } finally {
    await source.outbox.close().catch(() => undefined);
  }
  return exitCodes.ok;
}
