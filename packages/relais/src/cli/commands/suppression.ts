import { createWriteStream } from "node:fs";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { SuppressionEntry, SuppressionInput, SuppressionReason } from "@relais/core";
import type { StoredEvent } from "@relais/outbox";
import { type Command, Option } from "commander";
import { type AddCommand, type CliContext, type ExitCode, exitCodes, printProblems } from "../cli-context.ts";
import {
  duration,
  type OutboxFlags,
  wholeNumber,
  withConfigFlags,
  withDatabaseFlags,
  withMigrateFlag,
} from "../flags.ts";
import { withOutbox } from "../outbox/with-outbox.ts";
import {
  entryOfRow,
  ListFault,
  type ListFormat,
  lineWriter,
  listFormatOf,
  listFormats,
} from "../suppression-formats.ts";

const help = `
An address that is on the list gets no mail, by whichever provider: it bounced, complained, unsubscribed, or was added here.

Exit codes: 0 done · 1 the address is not there, rows of a file are wrong, or the database failed on the way · 2 the
command, the configuration or the way to the database is wrong: nothing was done`;

const importHelp = `
The file is a .csv or .jsonl with the columns of relais suppression export, or as Postmark, SendGrid, Mailgun, SES or
Brevo export their lists. Rows that are wrong are told by their line; the others are imported.

Example:
  relais suppression import unsubscribes.csv --reason unsubscribed --stream marketing`;

interface SuppressionFlags extends OutboxFlags {
  readonly tenant?: string;
  readonly stream?: string;
  readonly reason?: SuppressionReason;
}

// The reasons of core, which is not loaded for the command's help.
const reasons = Object.keys({
  complained: true,
  manual: true,
  bounced: true,
  unsubscribed: true,
} satisfies Record<SuppressionReason, true>);

/** `relais suppression …` */
export const suppressionCommand: AddCommand = (program, context, action) => {
  const suppression = program
    .command("suppression")
    .description("look at addresses that get no mail, and change the list")
    .addHelpText("after", help);
  const add = (name: string, description: string): Command =>
    withMigrateFlag(withConfigFlags(withDatabaseFlags(suppression.command(name).description(description))))
      .option("--json", "print JSON")
      .option("--tenant <name>", "of this tenant (default: default)");
  const addScoped = (name: string, description: string): Command =>
    add(name, description)
      .option("--stream <name>", "of this stream only (default: of all)")
      .addOption(new Option("--reason <reason>", "for this reason").choices(reasons));

  addScoped("ls", "list addresses")
    .option("--limit <n>", "so many (default: 100)", wholeNumber(1, 1000))
    .action(action((flags: ListFlags) => list(flags, context)));
  add("show <address>", "why an address gets no mail, and what providers told of it").action(
    action((address: string, flags: SuppressionFlags) => show(address, flags, context)),
  );
  addScoped("add <addresses...>", "put addresses on the list (default: for the reason manual)")
    .option("--by <name>", "who does this (default: the user of this machine)")
    .option("--expires <time>", "for so long: 12h, 30d (default: for ever)", duration)
    .action(action((addresses: string[], flags: AddFlags) => addAll(addresses, flags, context)));
  addScoped("rm <addresses...>", "take addresses from the list").action(
    action((addresses: string[], flags: SuppressionFlags) => remove(addresses, flags, context)),
  );
  addScoped("import <file>", "add the addresses of a file")
    .addOption(
      new Option("--from <format>", "what the file is (default: by its columns)").choices(listFormats),
    )
    .option("--dry-run", "only read the file")
    .addHelpText("after", importHelp)
    .action(action((file: string, flags: ImportFlags) => importFile(file, flags, context)));
  addScoped("export [file]", "write the list as CSV, there or to standard output")
    .addOption(new Option("--as <format>", "for whom (default: relais)").choices(listFormats))
    .action(action((file: string | undefined, flags: ExportFlags) => exportList(file, flags, context)));
};

interface ListFlags extends SuppressionFlags {
  readonly limit?: number;
}

function list({ limit = 100, ...flags }: ListFlags, context: CliContext): Promise<ExitCode> {
  return withOutbox(flags, context, "Listing the addresses", async (outbox) => {
    const { tenant, stream, reason } = flags;
    const entries = await outbox.suppression.list({ tenant, stream, reason, limit });
    const more = entries.length === limit ? ["… perhaps more: relais suppression export writes all"] : [];
    return {
      json: entries,
      lines: entries.length === 0 ? ["no addresses"] : [...entries.map(entryLine), ...more],
    };
  });
}

const day = (at: number | Date): string => new Date(at).toISOString().slice(0, 10);

function entryLine({
  address,
  tenant,
  stream,
  reason,
  source,
  first,
  expiresAt,
  count,
}: SuppressionEntry): string {
  const until = expiresAt === undefined ? "" : ` until ${day(expiresAt)}`;
  const times = count > 1 ? `${count} times` : "";
  return [
    address,
    tenant,
    stream ?? "all streams",
    reason,
    `since ${day(first)}${until}`,
    source ?? "",
    times,
  ]
    .join("  ")
    .trimEnd();
}

function eventLine({ at, type, bounce, provider, source, code, reason, message }: StoredEvent): string {
  const what = bounce === undefined ? type : `${type} (${bounce})`;
  return [`${at.toISOString()} `, what, `${provider} by ${source}`, code, reason, message]
    .filter((one) => one !== undefined)
    .join("  ");
}

function show(address: string, flags: SuppressionFlags, context: CliContext): Promise<ExitCode> {
  return withOutbox(flags, context, "Showing the address", async (outbox) => {
    const { entries, events } = await outbox.suppression.show(address, { tenant: flags.tenant });
    const json = { entries, events };
    const told =
      events.length === 0 ? [] : ["what providers told:", ...events.map((one) => `  ${eventLine(one)}`)];
    if (entries.length === 0)
      return { json, lines: [`${address} is not on the list`, ...told], code: exitCodes.failed };
    return { json, lines: [...entries.map(entryLine), ...told] };
  });
}

interface AddFlags extends SuppressionFlags {
  readonly by?: string;
  readonly expires?: number;
}

function addAll(addresses: readonly string[], flags: AddFlags, context: CliContext): Promise<ExitCode> {
  return withOutbox(flags, context, "Adding the addresses", async (outbox) => {
    const { tenant, stream, reason, by = userInfo().username, expires } = flags;
    const expiresAt = expires === undefined ? undefined : Date.now() + expires;
    const source = `operator:${by}`;
    await outbox.suppression.import(
      addresses.map((address) => ({ address, tenant, stream, reason, source, expiresAt })),
    );
    return {
      json: { added: addresses.length },
      lines: addresses.map((one) => `${one} gets no mail any more`),
    };
  });
}

function remove(
  addresses: readonly string[],
  flags: SuppressionFlags,
  context: CliContext,
): Promise<ExitCode> {
  return withOutbox(flags, context, "Removing the addresses", async (outbox) => {
    const { tenant, stream, reason } = flags;
    const results = [];
    for (const address of addresses) {
      const { events } = await outbox.suppression.show(address, { tenant });
      const removed = await outbox.suppression.remove(address, { tenant, stream, reason });
      results.push({ address, removed, vendors: vendorsOf(removed, events) });
    }
    const lines = results.flatMap(({ address, removed, vendors }) => [
      removed.length === 0
        ? `${address} was not on the list`
        : `${address} removed: ${removed.map((one) => one.reason).join(", ")}`,
      ...vendors.map(
        (vendor) =>
          `  ${vendor} may have it on a list of its own, and then goes on to send it nothing: remove it there, too`,
      ),
    ]);
    const isMissing = results.some(({ removed }) => removed.length === 0);
    return { json: results, lines, code: isMissing ? exitCodes.failed : exitCodes.ok };
  });
}

/** Who has told that the address is dead or unwilling, and keeps a list of such addresses, as vendors do. */
function vendorsOf(removed: readonly SuppressionEntry[], events: readonly StoredEvent[]): readonly string[] {
  const own = /^(?:dsn|arf|unsubscribe)$/;
  const told = events.filter(
    ({ type, bounce, source }) =>
      !own.test(source) &&
      (type === "blocked" || type === "complained" || bounce === "hard" || type === "unsubscribed"),
  );
  const imported = removed.flatMap(({ source }) => /^import:(?!relais)(.+)$/.exec(source ?? "")?.[1] ?? []);
  return [...new Set([...told.map(({ provider }) => provider), ...imported])];
}

interface ImportFlags extends SuppressionFlags {
  readonly from?: ListFormat;
  readonly dryRun?: boolean;
}

const mostFaults = 20;

function importFile(file: string, flags: ImportFlags, context: CliContext): Promise<ExitCode> {
  return withOutbox(flags, context, "Importing the addresses", async (outbox) => {
    const { readRows, InvalidFile } = await import("../bulk/rows.ts");
    const { suppressionEntry } = await import("@relais/core/spi");
    const { tenant, stream, reason, dryRun = false } = flags;
    const faults: { readonly line: number; readonly fault: string }[] = [];
    const byReason: Partial<Record<SuppressionReason, number>> = {};
    let format = flags.from;
    const entries = async function* (): AsyncGenerator<SuppressionInput> {
      for await (const { line, fields } of readRows(resolve(context.cwd, file))) {
        format ??= listFormatOf(fields);
        try {
          const entry = entryOfRow(format, fields, { tenant, stream, reason, source: `import:${format}` });
          const { reason: why } = suppressionEntry(entry, Date.now());
          byReason[why] = (byReason[why] ?? 0) + 1;
          yield entry;
        } catch (error) {
          if (!(error instanceof ListFault || error instanceof TypeError || error instanceof RangeError))
            throw error;
          faults.push({ line, fault: error.message.replace(/^suppression: /, "") });
        }
      }
    };
    try {
      if (dryRun) for await (const _ of entries());
      else await outbox.suppression.import(entries());
    } catch (error) {
      // Of a file that is none of ours nothing was imported.
      if (error instanceof ListFault) throw new TypeError(`${file}: ${error.message}`);
      if (error instanceof InvalidFile) throw new TypeError(error.message.replace(/\.$/, ""));
      throw error;
    }
    const count = Object.values(byReason).reduce((sum, one) => sum + one, 0);
    const parts = Object.entries(byReason).map(([why, n]) => `${n} ${why}`);
    const shown = faults.slice(0, mostFaults).map(({ line, fault }) => `${file}, line ${line}: ${fault}`);
    const more = faults.length > mostFaults ? [`… ${faults.length - mostFaults} more rows are wrong`] : [];
    const done = dryRun ? "would be imported" : "imported";
    return {
      json: { imported: dryRun ? 0 : count, byReason, format, faults },
      lines: [...shown, ...more, `${count} ${done}${parts.length > 0 ? `: ${parts.join(", ")}` : ""}`],
      code: faults.length > 0 ? exitCodes.failed : exitCodes.ok,
    };
  });
}

interface ExportFlags extends SuppressionFlags {
  readonly as?: ListFormat;
}

async function exportList(
  file: string | undefined,
  flags: ExportFlags,
  context: CliContext,
): Promise<ExitCode> {
  const { as: format = "relais", tenant, stream, reason } = flags;
  const isPerReason = format === "mailgun" || format === "sendgrid";
  if (isPerReason && reason === undefined)
    return printProblems(context, flags, [
      `${format} has a file for each reason: give --reason bounced, complained or unsubscribed.`,
    ]);
  const first = lineWriter(format, reason ?? "bounced");
  if (first === undefined)
    return printProblems(context, flags, [`${format} has no list of the reason ${reason}.`]);
  const filter = { tenant, stream, reason };
  return withOutbox(flags, context, "Exporting the addresses", async (outbox) => {
    if (file === undefined && flags.json) {
      const entries: SuppressionEntry[] = [];
      for await (const entry of outbox.suppression.export(filter)) entries.push(entry);
      return { json: entries, lines: [] };
    }
    const counts = { exported: 0, leftOut: 0 };
    const lines = async function* (): AsyncGenerator<string> {
      yield first.header;
      for await (const entry of outbox.suppression.export(filter)) {
        const writer = lineWriter(format, entry.reason);
        counts[writer === undefined ? "leftOut" : "exported"] += 1;
        if (writer !== undefined) yield writer.line(entry);
      }
    };
    if (file === undefined) for await (const line of lines()) context.out(line);
    else await writeLines(context, file, lines());
    if (counts.leftOut > 0)
      context.err(`${counts.leftOut} left out: ${format} has no place for their reasons`);
    return { json: counts, lines: file === undefined ? [] : [`${counts.exported} exported to ${file}`] };
  });
}

async function writeLines(context: CliContext, file: string, lines: AsyncIterable<string>): Promise<void> {
  const withEnds = async function* (): AsyncGenerator<string> {
    for await (const line of lines) yield `${line}\r\n`;
  };
  try {
    await pipeline(withEnds, createWriteStream(resolve(context.cwd, file)));
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new TypeError(`${file} cannot be written: ${code}`);
  }
}
