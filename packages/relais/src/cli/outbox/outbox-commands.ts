import { userInfo } from "node:os";
import type { Outbox, OutboxMessage } from "@relais/outbox";
import { complain } from "../complain.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Shell } from "../shell.ts";
import { databaseFault } from "./database-fault.ts";
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

/** Mistakes of a program, which are not the database's. */
const isBug = (error: unknown): boolean =>
  error instanceof ReferenceError || error instanceof RangeError || error instanceof SyntaxError;

/**
 * Opens the outbox, asks it, and says the answer. What is wrong is said in a sentence.
 * @param doing what is being done, as the sentence about a database that fails says it
 */
async function asked(
  flags: OutboxFlags,
  shell: Shell,
  doing: string | (() => string),
  ask: (outbox: Outbox) => Promise<Answer>,
): Promise<ExitCode> {
  const { outbox, where } = await openOutbox(flags, shell);
  try {
    const { json, lines, code = exitCodes.ok } = await ask(outbox);
    if (flags.json) shell.out(JSON.stringify(json));
    else for (const line of lines) shell.out(line);
    return code;
  } catch (error) {
    if (error instanceof TypeError) return complain(shell, flags, exitCodes.usage, [`${error.message}.`]);
    if (isBug(error)) throw error;
    const what = `${typeof doing === "string" ? doing : doing()} failed`;
    return complain(shell, flags, exitCodes.failed, [databaseFault(what, error, where)]);
  } finally {
    // All is said: a database that is away cannot be closed any better.
    await outbox.close().catch(() => undefined);
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
  return asked(flags, shell, "Listing the messages", async (outbox) => {
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
  return asked(flags, shell, "Showing the message", async (outbox) => {
    const message = await outbox.get(id);
    if (message === undefined)
      return { json: null, lines: [`there is no message ${id}`], code: exitCodes.failed };
    const { stringify } = await import("yaml");
    return { json: message, lines: [stringify(message).trimEnd()] };
  });
}

/** `relais outbox stats` */
export function statsCommand(flags: OutboxFlags, shell: Shell): Promise<ExitCode> {
  return asked(flags, shell, "Counting the messages", async (outbox) => {
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
  const { dryRun = false, reason } = flags;
  const progress = counting("queued again", dryRun ? undefined : shell);
  return asked(flags, shell, progress.doing("Queueing the messages again"), async (outbox) => {
    const filter = filterOf(flags, ids);
    const done = await progress.over(
      (onProgress) => outbox.resendMany(filter, { by: whom(flags), reason, dryRun, onProgress }),
      ({ length }) => length,
    );
    const word = dryRun ? "would be queued again" : "queued again";
    return { json: { ids: done, dryRun }, lines: [`${done.length} ${word}`] };
  });
}

/** How far a change of many messages has come: on the terminal, if there is one, and in the sentence if it fails. */
function counting(words: string, shell: Shell | undefined) {
  let count = 0;
  return {
    doing: (what: string) => () => (count === 0 ? what : `${what}, ${count} of which are ${words},`),
    async over<T>(
      change: (onProgress: (count: number) => void) => Promise<T>,
      countOf: (done: T) => number,
    ): Promise<T> {
      const bar = await spinner(shell);
      try {
        const done = await change((now) => {
          count = now;
          bar?.message(`${now} ${words}`);
        });
        bar?.stop(`${countOf(done)} ${words}`);
        return done;
      } catch (error) {
        bar?.error(`${count} ${words}`);
        throw error;
      }
    },
  };
}

async function spinner(shell: Shell | undefined) {
  if (shell?.terminal === undefined) return undefined;
  const { spinner: made } = await import("@clack/prompts");
  const bar = made({ output: shell.terminal.output });
  bar.start("working");
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
  return asked(flags, shell, "Settling the messages", async (outbox) => {
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
  return asked(flags, shell, "Cancelling the messages", async (outbox) => {
    const done = await outbox.cancelMany(filterOf(flags, ids));
    const code = ids.length > 0 && done.length < ids.length ? exitCodes.failed : exitCodes.ok;
    return { json: { ids: done }, lines: [`${done.length} cancelled`], code };
  });
}

/** `relais outbox purge` */
export async function purgeCommand(flags: ListFlags, shell: Shell): Promise<ExitCode> {
  const progress = counting("deleted", shell);
  return asked(flags, shell, progress.doing("Deleting the messages"), async (outbox) => {
    const deleted = await progress.over(
      (onProgress) => outbox.purge({ ...filterOf(flags), onProgress }),
      (count) => count,
    );
    return { json: { deleted }, lines: [`${deleted} deleted`] };
  });
}
