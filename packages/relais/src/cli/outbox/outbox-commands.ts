import { userInfo } from "node:os";
import type { Outbox, OutboxMessage } from "@relais/outbox";
import { complain } from "../complain.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Shell } from "../shell.ts";
import { type FilterFlags, filterOf } from "./filter-flags.ts";
import { type OutboxFlags, openOutbox } from "./open-outbox.ts";

export interface ListFlags extends OutboxFlags, FilterFlags {
  readonly limit?: number;
  readonly after?: string;
}

export interface ChangeFlags extends OutboxFlags, FilterFlags {
  readonly by?: string;
  readonly reason?: string;
  readonly as?: "sent" | "failed";
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

type Answer = { readonly json: unknown; readonly lines: readonly string[]; readonly code?: ExitCode };

/** Opens the outbox, asks it, and says the answer. What is wrong is said in a sentence. */
async function asked(
  flags: OutboxFlags,
  shell: Shell,
  ask: (outbox: Outbox) => Promise<Answer>,
): Promise<ExitCode> {
  const { outbox } = await openOutbox(flags, shell);
  try {
    const { json, lines, code = exitCodes.ok } = await ask(outbox);
    if (flags.json) shell.out(JSON.stringify(json));
    else for (const line of lines) shell.out(line);
    return code;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return complain(shell, flags, exitCodes.usage, [`${error.message}.`]);
  } finally {
    await outbox.close();
  }
}

const row = ({
  id,
  state,
  tenant,
  recipients,
  subject,
  provider,
  attempts,
  lastError,
}: OutboxMessage): string =>
  [
    id,
    state.padEnd(9),
    tenant,
    recipients.slice(0, 2).join(",") + (recipients.length > 2 ? `,+${recipients.length - 2}` : ""),
    JSON.stringify(subject.slice(0, 40)),
    provider ?? `${attempts} attempts`,
    lastError ?? "",
  ]
    .join("  ")
    .trimEnd();

/** `relais outbox ls` */
export function listCommand(flags: ListFlags, shell: Shell): Promise<ExitCode> {
  return asked(flags, shell, async (outbox) => {
    const { limit, after } = flags;
    const messages = await outbox.list({ ...filterOf(flags), limit, after });
    const more = messages.length === (limit ?? 50) ? [`… more: --after ${messages.at(-1)?.id}`] : [];
    return {
      json: messages,
      lines: messages.length === 0 ? ["no messages"] : [...messages.map(row), ...more],
    };
  });
}

/** `relais outbox show ID` */
export function showCommand(id: string, flags: OutboxFlags, shell: Shell): Promise<ExitCode> {
  return asked(flags, shell, async (outbox) => {
    const message = await outbox.get(id);
    if (message === undefined)
      return { json: null, lines: [`there is no message ${id}`], code: exitCodes.failed };
    const { stringify } = await import("yaml");
    return { json: message, lines: [stringify(message).trimEnd()] };
  });
}

/** `relais outbox stats` */
export function statsCommand(flags: OutboxFlags, shell: Shell): Promise<ExitCode> {
  return asked(flags, shell, async (outbox) => {
    const stats = await outbox.stats();
    const counts = Object.entries(stats.byState).map(([state, count]) => `${state.padEnd(10)} ${count}`);
    const oldest = `oldest that is due has waited ${(stats.oldestQueuedMs / 1000).toFixed(1)} s`;
    return { json: stats, lines: [...counts, oldest, `${stats.rescheduled} put off at least once`] };
  });
}

const whom = ({ by }: ChangeFlags): string => by ?? userInfo().username;

/** Every message of an outbox is not meant by leaving everything out. */
function tooMany(ids: readonly string[], flags: ChangeFlags, shell: Shell): ExitCode | undefined {
  if (ids.length > 0 || flags.all || Object.keys(filterOf(flags)).length > 0) return undefined;
  return complain(shell, flags, exitCodes.usage, [
    "Say which messages: ids, --state, --tenant, …, or --all.",
  ]);
}

/** `relais outbox resend`, with a count that goes up on a terminal. */
export async function resendCommand(
  ids: readonly string[],
  flags: ChangeFlags,
  shell: Shell,
): Promise<ExitCode> {
  const wrong = tooMany(ids, flags, shell);
  if (wrong !== undefined) return wrong;
  return asked(flags, shell, async (outbox) => {
    const { dryRun = false, reason } = flags;
    const filter = filterOf(flags, ids);
    const bar = dryRun ? undefined : await spinner(shell);
    const onProgress = (count: number): void => bar?.message(`${count} queued again`);
    const done = await outbox.resendMany(filter, { by: whom(flags), reason, dryRun, onProgress });
    bar?.stop(`${done.length} queued again`);
    const word = dryRun ? "would be queued again" : "queued again";
    return { json: { ids: done, dryRun }, lines: [`${done.length} ${word}`] };
  });
}

async function spinner({ terminal }: Shell) {
  if (terminal === undefined) return undefined;
  const { spinner: made } = await import("@clack/prompts");
  const bar = made({ output: terminal.output });
  bar.start("queueing");
  return bar;
}

/** `relais outbox resolve --as sent|failed` */
export async function resolveCommand(
  ids: readonly string[],
  flags: ChangeFlags,
  shell: Shell,
): Promise<ExitCode> {
  const wrong = tooMany(ids, flags, shell);
  if (wrong !== undefined) return wrong;
  return asked(flags, shell, async (outbox) => {
    const { as = "sent", reason } = flags;
    const done = await outbox.resolve(filterOf(flags, ids), { as, by: whom(flags), reason });
    return { json: { ids: done, as }, lines: [`${done.length} settled as ${as}`] };
  });
}

/** `relais outbox cancel` */
export async function cancelCommand(
  ids: readonly string[],
  flags: ChangeFlags,
  shell: Shell,
): Promise<ExitCode> {
  const wrong = tooMany(ids, flags, shell);
  if (wrong !== undefined) return wrong;
  return asked(flags, shell, async (outbox) => {
    const done = await outbox.cancelMany(filterOf(flags, ids));
    const code = ids.length > 0 && done.length < ids.length ? exitCodes.failed : exitCodes.ok;
    return { json: { ids: done }, lines: [`${done.length} cancelled`], code };
  });
}

/** `relais outbox purge` */
export function purgeCommand(flags: ListFlags, shell: Shell): Promise<ExitCode> {
  return asked(flags, shell, async (outbox) => {
    const bar = await spinner(shell);
    const deleted = await outbox.purge({
      ...filterOf(flags),
      onProgress: (count) => bar?.message(`${count} deleted`),
    });
    bar?.stop(`${deleted} deleted`);
    return { json: { deleted }, lines: [`${deleted} deleted`] };
  });
}
