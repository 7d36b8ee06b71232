import { mkdir, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join, resolve as resolvePath } from "node:path";
import { messageStates } from "@relais/core/spi";
import type { MessageFilter, Outbox, OutboxMessage, State } from "@relais/outbox";
import { type Command, Option } from "commander";
import type { Deed } from "../../status/left-out.ts";
import { type AddCommand, type CliContext, type ExitCode, exitCodes, printProblems } from "../cli-context.ts";
import {
  duration,
  type OutboxFlags,
  wholeNumber,
  withConfigFlags,
  withDatabaseFlags,
  withMigrateFlag,
} from "../flags.ts";
import { openThere, type Result, type Task, withOutbox } from "../outbox/with-outbox.ts";

const help = `
Exit codes: 0 done · 1 the message is not there, or the database failed on the way · 2 the command, the configuration
or the way to the database is wrong: nothing was done`;

const resendHelp = `
Of unknown messages a second copy may arrive.

Example:
  relais outbox resend --state failed --older-than 1h --dry-run`;

const resolveHelp = `
One that did not arrive is not sent by this: relais outbox resend ID does that.

Example:
  relais outbox resolve ID --as arrived --reason "in the log of the mail server"`;

/** `relais outbox …` */
export const outboxCommand: AddCommand = (program, context, action) => {
  const outbox = program
    .command("outbox")
    .description("look at the outbox, and settle what needs a person")
    .addHelpText("after", help);
  const addPlain = (name: string, description: string): Command =>
    withConfigFlags(withDatabaseFlags(outbox.command(name).description(description))).option(
      "--json",
      "print JSON",
    );
  const add = (name: string, description: string): Command => withMigrateFlag(addPlain(name, description));

  withFilterFlags(add("ls", "list messages, the newest first"))
    .option("--limit <n>", "so many (default: 50)", wholeNumber(1, 1000))
    .option("--after <id>", "go on behind this one")
    .action(action((flags: ListFlags) => list(flags, context)));
  add("show <id>", "all of one message, its trace and what providers told later included").action(
    action((id: string, flags: OutboxFlags) => show(id, flags, context)),
  );
  add("stats", "how many messages are in which state").action(
    action((flags: OutboxFlags) => stats(flags, context)),
  );
  withOperatorFlags(withFilterFlags(add("resend [ids...]", "queue messages again that are over")))
    .option("--dry-run", "only count them")
    .addHelpText("after", resendHelp)
    .action(action((ids: string[], flags: ChangeFlags) => resend(ids, flags, context)));
  withOperatorFlags(withFilterFlags(add("resolve [ids...]", "settle unknown messages by hand")))
    .addOption(
      new Option(
        "--as <end>",
        "whether they did arrive, which must be said: sent and failed mean the same",
      ).choices(["arrived", "not-arrived", "sent", "failed"]),
    )
    .addHelpText("after", resolveHelp)
    .action(action((ids: string[], flags: ChangeFlags) => resolve(ids, flags, context)));
  withFilterFlags(add("cancel [ids...]", "cancel messages that are not under way"))
    .option("--all", "all messages that can be cancelled")
    .action(action((ids: string[], flags: ChangeFlags) => cancel(ids, flags, context)));
  withFilterFlags(add("purge", "delete messages that are over (default: those sent)")).action(
    action((flags: FilterFlags) => purge(flags, context)),
  );
  addPlain("migrate", "make the tables, or bring them to this version")
    .option("--print", "print the SQL of an empty database, and run nothing")
    .action(action((flags: MigrateFlags) => migrate(flags, context)));
  outbox
    .command("grants [folder]")
    .description(
      "print the SQL of the tables' roles and their rights, or write it there as files, with the tables",
    )
    .option("--json", "print JSON")
    .action(action((folder: string | undefined, flags: OutboxFlags) => grants(folder, flags, context)));
  add("copy", "copy everything into another database")
    .requiredOption("--to <url>", "the Postgres")
    .action(action((flags: CopyFlags) => copy(flags, context)));
};

/** Which messages a command is about. */
interface FilterFlags extends OutboxFlags {
  readonly state?: State;
  readonly tenant?: string;
  readonly recipient?: string;
  readonly provider?: string;
  readonly olderThan?: number;
}

function withFilterFlags(command: Command): Command {
  return command
    .addOption(new Option("--state <state>", "messages in this state").choices(messageStates))
    .option("--tenant <name>", "messages of this tenant")
    .option("--recipient <address>", "messages to this address")
    .option("--provider <name>", "messages that this provider delivered")
    .option("--older-than <time>", "messages that have not changed for so long: 90m, 12h, 7d", duration);
}

function filterOf(flags: FilterFlags, ids: readonly string[] = []): MessageFilter {
  const { state, tenant, recipient, provider, olderThan } = flags;
  return {
    ...(ids.length > 0 && { ids }),
    ...(state && { state }),
    ...(tenant && { tenant }),
    ...(recipient && { recipient }),
    ...(provider && { provider }),
    ...(olderThan !== undefined && { olderThanMs: olderThan }),
  };
}

interface ListFlags extends FilterFlags {
  readonly limit?: number;
  readonly after?: string;
}

function list(flags: ListFlags, context: CliContext): Promise<ExitCode> {
  const { limit, after } = flags;
  return withOutbox(flags, context, "Listing the messages", async (outbox) => {
    const messages = await outbox.list({ ...filterOf(flags), limit, after });
    const more = messages.length === (limit ?? 50) ? [`… more: --after ${messages.at(-1)?.id}`] : [];
    const lines = messages.length === 0 ? ["no messages"] : [...messages.map(messageLine), ...more];
    return { json: messages, lines };
  });
}

function messageLine(message: OutboxMessage): string {
  const { id, state, tenant, recipients, subject, provider, attempts, lastError } = message;
  return [
    id,
    state.padEnd(9),
    tenant,
    recipients.slice(0, 2).join(",") + (recipients.length > 2 ? `,+${recipients.length - 2}` : ""),
    JSON.stringify(subject.slice(0, 40)),
    provider ?? `${attempts} ${attempts === 1 ? "attempt" : "attempts"}`,
    lastError ?? "",
  ]
    .join("  ")
    .trimEnd();
}

function show(id: string, flags: OutboxFlags, context: CliContext): Promise<ExitCode> {
  return withOutbox(flags, context, "Showing the message", async (outbox) => {
    const message = await outbox.get(id);
    if (message === undefined)
      return { json: null, lines: [`there is no message ${id}`], code: exitCodes.failed };
    const { stringify } = await import("yaml");
    const told = await outbox.events(id);
    const shown = told.length === 0 ? message : { ...message, events: told };
    const more = message.state === "unknown" ? await unknownLines(message, flags) : [];
    return { json: shown, lines: [stringify(shown).trimEnd(), ...more] };
  });
}

/** What to look up, and what to do then: as comments, so that all of it is YAML. */
async function unknownLines(message: OutboxMessage, flags: OutboxFlags): Promise<string[]> {
  const { lostAnswers, unknownRunbook } = await import("../../notices/unknown.ts");
  const { id, messageId } = message;
  const same = sameOutbox(flags);
  return [
    "",
    "It may have arrived: it was handed over, and no answer came.",
    ...lostAnswers(message).map(
      ({ provider, from, to }) => `Look it up at ${provider}, from ${from} to ${to},`,
    ),
    messageId === undefined
      ? `by the header X-Relais-Id or the tag relais_id: ${id}`
      : `by the Message-ID ${messageId}, or the header X-Relais-Id or the tag relais_id: ${id}`,
    `  It arrived:           relais outbox resolve ${id} --as arrived${same}`,
    `  It did not, send it:  relais outbox resend ${id}${same}`,
    `  It did not, leave it: relais outbox resolve ${id} --as not-arrived${same}`,
    `See ${unknownRunbook}`,
  ].map((line) => (line === "" ? line : `# ${line}`));
}

/** The flags of a command, for another one on the same outbox: never with a password. */
function sameOutbox({ config, envFile, database, folder, migrate }: OutboxFlags): string {
  const quoted = (text: string): string =>
    /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
  const files = Array.isArray(envFile) ? envFile : [];
  const flags = [
    ...(config === undefined ? [] : [`--config ${quoted(config)}`]),
    ...files.map((file: string) => `--env-file ${quoted(file)}`),
    ...(envFile === false ? ["--no-env-file"] : []),
    ...(database === undefined
      ? []
      : [`--database ${hasPassword(database) ? '"$DATABASE_URL"' : quoted(database)}`]),
    ...(folder ? [`--folder ${quoted(folder)}`] : []),
    ...(migrate === false ? ["--no-migrate"] : []),
  ];
  return flags.map((flag) => ` ${flag}`).join("");
}

function hasPassword(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { password, searchParams } = new URL(url);
  return password !== "" || [...searchParams.keys()].some((name) => /pass/i.test(name));
}

function stats(flags: OutboxFlags, context: CliContext): Promise<ExitCode> {
  return withOutbox(flags, context, "Counting the messages", async (outbox) => {
    const counted = await outbox.stats();
    const lines = [
      ...Object.entries(counted.byState).map(([state, count]) => `${state.padEnd(10)} ${count}`),
      `oldest that is due has waited ${(counted.oldestQueuedMs / 1000).toFixed(1)} s`,
      `${counted.rescheduled} put off at least once`,
    ];
    return { json: counted, lines };
  });
}

interface ChangeFlags extends FilterFlags {
  readonly by?: string;
  readonly reason?: string;
  readonly as?: "arrived" | "not-arrived" | "sent" | "failed";
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

function withOperatorFlags(command: Command): Command {
  return command
    .option("--by <name>", "who does this, for the trace (default: the user of this machine)")
    .option("--reason <text>", "why, for the trace")
    .option("--all", "all matching messages");
}

const operator = ({ by }: ChangeFlags): string => by ?? userInfo().username;

/** Changes the messages that ids or flags name: leaving all of them out does not mean every message. */
async function change(
  ids: readonly string[],
  flags: ChangeFlags,
  context: CliContext,
  task: Task,
  run: (outbox: Outbox, filter: MessageFilter) => Promise<Result>,
): Promise<ExitCode> {
  const filter = filterOf(flags, ids);
  if (!flags.all && Object.keys(filter).length === 0)
    return printProblems(context, flags, ["Say which messages: ids, --state, --tenant, …, or --all."]);
  return withOutbox(flags, context, task, (outbox) => run(outbox, filter));
}

interface LeftOut {
  readonly id?: string;
  readonly count?: number;
  readonly state?: State;
  readonly why: string;
}

/**
 * Changes messages, and says of those that are not changed why: of each whose id was given, of others how many.
 * @param states those that are changed
 */
async function changeAndExplain(
  outbox: Outbox,
  filter: MessageFilter,
  deed: Deed,
  states: readonly State[],
  run: () => Promise<readonly string[]>,
): Promise<{ readonly done: readonly string[]; readonly leftOut: readonly LeftOut[] }> {
  const { whyLeftOut } = await import("../../status/left-out.ts");
  if (filter.ids === undefined) {
    const before = Object.entries(await outbox.count(filter)) as [State, number][];
    const leftOut = before
      .filter(([state]) => !states.includes(state))
      .map(([state, count]) => ({ count, state, why: whyLeftOut(deed, state) }));
    return { done: await run(), leftOut };
  }
  const done = await run();
  const leftOut = [...new Set(filter.ids)].filter((id) => !done.includes(id.toLowerCase()));
  const explained = leftOut.map(async (id) => {
    const message = await outbox.get(id);
    if (message === undefined) return { id, why: "not found" };
    const { state, deliveryTrace } = message;
    const why = states.includes(state)
      ? `${state}, and other flags leave it out`
      : whyLeftOut(deed, state, deliveryTrace.resolution);
    return { id, state, why };
  });
  return { done, leftOut: await Promise.all(explained) };
}

const leftOutLines = (leftOut: readonly LeftOut[]): string[] =>
  leftOut.map(({ id, count, why }) => `${id ?? count} left out: ${why}`);

const codeOf = (ids: readonly string[], leftOut: readonly LeftOut[]): ExitCode =>
  ids.length > 0 && leftOut.length > 0 ? exitCodes.failed : exitCodes.ok;

function resend(ids: readonly string[], flags: ChangeFlags, context: CliContext): Promise<ExitCode> {
  const { dryRun = false, reason } = flags;
  const progress = progressOf("Queueing the messages again", "queued again", dryRun ? undefined : context);
  return change(ids, flags, context, progress.task, async (outbox, filter) => {
    const { resendable } = await (await import("../outbox/open-outbox.ts")).outboxKit();
    const { done, leftOut } = await changeAndExplain(outbox, filter, "resend", resendable, () =>
      progress.show(
        (onProgress) => outbox.resendMany(filter, { by: operator(flags), reason, dryRun, onProgress }),
        ({ length }) => length,
      ),
    );
    const line = `${done.length} ${dryRun ? "would be queued again" : "queued again"}`;
    const code = codeOf(ids, leftOut);
    return { json: { ids: done, dryRun, leftOut }, lines: [line, ...leftOutLines(leftOut)], code };
  });
}

function resolve(ids: readonly string[], flags: ChangeFlags, context: CliContext): Promise<ExitCode> {
  const { reason } = flags;
  // It cannot be taken back.
  if (flags.as === undefined)
    return Promise.resolve(
      printProblems(context, flags, [
        "--as is missing: say by --as arrived or --as not-arrived whether they did arrive.",
      ]),
    );
  const as = flags.as === "failed" || flags.as === "not-arrived" ? "failed" : "sent";
  return change(ids, flags, context, "Settling the messages", async (outbox, filter) => {
    const { done, leftOut } = await changeAndExplain(outbox, filter, "resolve", ["unknown"], () =>
      outbox.resolve(filter, { as, by: operator(flags), reason }),
    );
    const line = `${done.length} settled as ${as}`;
    const code = codeOf(ids, leftOut);
    return { json: { ids: done, as, leftOut }, lines: [line, ...leftOutLines(leftOut)], code };
  });
}

function cancel(ids: readonly string[], flags: ChangeFlags, context: CliContext): Promise<ExitCode> {
  return change(ids, flags, context, "Cancelling the messages", async (outbox, filter) => {
    const waiting = ["queued", "scheduled", "deferred"] as const;
    const { done, leftOut } = await changeAndExplain(outbox, filter, "cancel", waiting, () =>
      outbox.cancelMany(filter),
    );
    const lines = [`${done.length} cancelled`, ...leftOutLines(leftOut)];
    return { json: { ids: done, leftOut }, lines, code: codeOf(ids, leftOut) };
  });
}

function purge(flags: FilterFlags, context: CliContext): Promise<ExitCode> {
  const progress = progressOf("Deleting the messages", "deleted", context);
  return withOutbox(flags, context, progress.task, async (outbox) => {
    const deleted = await progress.show(
      (onProgress) => outbox.purge({ ...filterOf(flags), onProgress }),
      (count) => count,
    );
    return { json: { deleted }, lines: [`${deleted} deleted`] };
  });
}

interface MigrateFlags extends OutboxFlags {
  readonly print?: boolean;
}

async function migrate(flags: MigrateFlags, context: CliContext): Promise<ExitCode> {
  const { openOutbox, outboxKit } = await import("../outbox/open-outbox.ts");
  if (flags.print) {
    context.out((await outboxKit()).wholeSchema());
    return exitCodes.ok;
  }
  const { outbox } = await openOutbox(flags, context, { migrate: true });
  const where = outbox.database.name;
  await outbox.close().catch(() => undefined);
  context.out(flags.json ? JSON.stringify({ where }) : `the tables are up to date: ${where}`);
  return exitCodes.ok;
}

/** For a database whose tables somebody else makes: one file a role, in the order in which they are run. */
async function grants(
  folder: string | undefined,
  flags: OutboxFlags,
  context: CliContext,
): Promise<ExitCode> {
  const { outboxKit } = await import("../outbox/open-outbox.ts");
  const { roleGrants, wholeSchema } = await outboxKit();
  const files = Object.entries({ tables: wholeSchema(), ...roleGrants }).map(
    ([name, sql], i) => [`${i + 1}-${name}.sql`, sql] as const,
  );
  if (folder === undefined) {
    context.out(flags.json ? JSON.stringify(roleGrants) : Object.values(roleGrants).join("\n"));
    return exitCodes.ok;
  }
  const place = resolvePath(context.cwd, folder);
  try {
    await mkdir(place, { recursive: true });
    for (const [name, sql] of files) await writeFile(join(place, name), sql);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return printProblems(context, flags, [`${place} cannot be written: ${code}.`], exitCodes.failed);
  }
  const names = files.map(([name]) => join(place, name));
  context.out(flags.json ? JSON.stringify({ files: names }) : names.join("\n"));
  return exitCodes.ok;
}

interface CopyFlags extends OutboxFlags {
  readonly to: string;
}

async function copy(flags: CopyFlags, context: CliContext): Promise<ExitCode> {
  const { openOutbox, outboxKit } = await import("../outbox/open-outbox.ts");
  const { copyOutbox, databaseError } = await outboxKit();
  const source = await openThere(flags, context);
  if (source === undefined) return exitCodes.failed;
  const opened = [source.outbox];
  try {
    const target = await openOutbox({ ...flags, database: flags.to }, context);
    opened.unshift(target.outbox);
    const to = target.outbox.database.name;
    const both = `${source.outbox.database.name}, to ${to}`;
    const failed = (error: unknown): ExitCode =>
      printProblems(context, flags, [databaseError("Copying failed", error, both)], exitCodes.failed);
    return await copyOutbox(source.outbox, target.outbox, ({ table, copied, total }) => {
      if (!flags.json) context.err(`${table}: ${copied} of ${total}`);
    }).then((messages) => {
      const line = `${messages} messages copied to ${to}`;
      context.out(flags.json ? JSON.stringify({ messages }) : line);
      return exitCodes.ok;
    }, failed);
  } finally {
    for (const outbox of opened) await outbox.close().catch(() => undefined);
  }
}

/** How far a change of many messages has come: on the terminal, if there is one, and in the sentence if it fails. */
function progressOf(what: string, done: string, context: CliContext | undefined) {
  let count = 0;
  return {
    task: () => (count === 0 ? what : `${what}, ${count} of which are ${done},`),
    async show<T>(
      run: (onProgress: (count: number) => void) => Promise<T>,
      countOf: (result: T) => number,
    ): Promise<T> {
      const output = context?.terminal?.output;
      const spinner = output && (await import("@clack/prompts")).spinner({ output });
      spinner?.start("working");
      try {
        const result = await run((now) => {
          count = now;
          spinner?.message(`${now} ${done}`);
        });
        spinner?.stop(`${countOf(result)} ${done}`);
        return result;
      } catch (error) {
        spinner?.error(`${count} ${done}`);
        throw error;
      }
    },
  };
}
