import type { Outbox } from "@relais/outbox";
import { type CliContext, type ExitCode, exitCodes, printProblems } from "../cli-context.ts";
import type { OutboxFlags } from "../flags.ts";
import type { OpenedOutbox } from "./open-outbox.ts";

/** What is being done, as the sentence about a database that fails says it. */
export type Task = string | (() => string);

export interface Result {
  readonly json: unknown;
  readonly lines: readonly string[];
  readonly code?: ExitCode;
}

/** The outbox for a command on messages that are there, which makes none; `undefined` if there is none, which is said. */
export async function openThere(flags: OutboxFlags, context: CliContext): Promise<OpenedOutbox | undefined> {
  const { NoOutbox, openOutbox } = await import("./open-outbox.ts");
  try {
    return await openOutbox(flags, context, { mustExist: true });
  } catch (error) {
    if (!(error instanceof NoOutbox)) throw error;
    printProblems(context, flags, [error.message], exitCodes.failed);
    return undefined;
  }
}

/** Opens the outbox, runs something on it, and prints the result, or what is wrong as a sentence. */
export async function withOutbox(
  flags: OutboxFlags,
  context: CliContext,
  task: Task,
  run: (outbox: Outbox) => Promise<Result>,
): Promise<ExitCode> {
  const opened = await openThere(flags, context);
  if (opened === undefined) return exitCodes.failed;
  const { outbox } = opened;
  try {
    const { json, lines, code = exitCodes.ok } = await run(outbox);
    if (flags.json) context.out(JSON.stringify(json));
    else for (const line of lines) context.out(line);
    return code;
  } catch (error) {
    if (error instanceof TypeError) return printProblems(context, flags, [`${error.message}.`]);
    if ([ReferenceError, RangeError, SyntaxError].some((bug) => error instanceof bug)) throw error;
    const what = `${typeof task === "string" ? task : task()} failed`;
    const { databaseError } = await (await import("./open-outbox.ts")).outboxKit();
    const problem = databaseError(what, error, outbox.database.name);
    return printProblems(context, flags, [problem], exitCodes.failed);
  } finally {
    // The result is printed: a database that is away cannot be closed any better.
    await outbox.close().catch(() => undefined);
  }
}
