import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { createMessage } from "@relais/core";
import { compile } from "@relais/mime";
import { complain } from "../complain.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { MessageFlags } from "../message-from-flags.ts";
import { type ChainFlags, openChain } from "../open-chain.ts";
import type { Shell } from "../shell.ts";
import { bulkBar } from "./bulk-bar.ts";
import { fileHash, InvalidJournal, openJournal } from "./bulk-journal.ts";
import { lockJournal } from "./bulk-lock.ts";
import { type BulkReport, bulkReport, writeReport } from "./bulk-report.ts";
import { runBulk } from "./bulk-run.ts";
import { bulkSignals } from "./bulk-signals.ts";
import { type BulkTemplate, bulkMessage, rowId, templateHash } from "./bulk-template.ts";
import { type BulkSource, checkRows } from "./check-rows.ts";
import { readRows } from "./rows.ts";

/** The flags of `relais send --bulk`. */
export interface BulkFlags extends MessageFlags, ChainFlags {
  readonly bulk: string;
  readonly textFile?: string;
  readonly htmlFile?: string;
  readonly journal?: string;
  readonly report?: string;
  readonly concurrency?: number;
  readonly limit?: number;
  readonly resendUnknown?: boolean;
  readonly retryFailed?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

async function templateOf(flags: BulkFlags, cwd: string): Promise<BulkTemplate> {
  const { from, to, cc, bcc, replyTo, subject, header, attach, textFile, htmlFile } = flags;
  const text = flags.text ?? (textFile && (await readFile(resolve(cwd, textFile), "utf8")));
  const html = flags.html ?? (htmlFile && (await readFile(resolve(cwd, htmlFile), "utf8")));
  const all = { from, to, cc, bcc, replyTo, subject, header, text, html };
  const files = attach?.map((path) => resolve(cwd, path));
  return Object.fromEntries(
    Object.entries({ ...all, attach: files }).filter(([, value]) => value !== undefined),
  );
}

/** `relais send --bulk FILE` */
export async function bulkCommand(flags: BulkFlags, shell: Shell): Promise<ExitCode> {
  const path = resolve(shell.cwd, flags.bulk);
  const template = await templateOf(flags, shell.cwd);
  const defaultFrom = shell.env.AWS_SES_FROM_EMAIL || undefined;
  const source: BulkSource = { path, template, defaultFrom, limit: flags.limit };
  const { rows, faults, wrong } = await checkRows(source);
  if (wrong > 0 || rows === 0) {
    const more = wrong > faults.length ? [`… and ${wrong - faults.length} more.`] : [];
    const said = rows === 0 && wrong === 0 ? [`${path} has no rows.`] : [...faults, ...more];
    return complain(shell, flags, exitCodes.usage, said);
  }
  if (flags.dryRun) return dryRun(source, rows, flags, shell);
  const journal = resolve(shell.cwd, flags.journal ?? `${flags.bulk}.relais.jsonl`);
  try {
    const unlock = lockJournal(journal);
    try {
      await run(source, rows, journal, flags, shell);
    } finally {
      unlock();
    }
  } catch (error) {
    if (!(error instanceof InvalidJournal)) throw error;
    return complain(shell, flags, exitCodes.usage, [error.message]);
  }
  const report = await bulkReport(journal, rows);
  if (flags.report !== undefined) await writeReport(journal, resolve(shell.cwd, flags.report));
  if (flags.json) shell.out(JSON.stringify(report));
  else show(report, shell);
  return exitCodeOf(report);
}

async function run(
  source: BulkSource,
  rows: number,
  path: string,
  flags: BulkFlags,
  shell: Shell,
): Promise<void> {
  const key = { template: templateHash(source.template), file: await fileHash(source.path) };
  const journal = await openJournal(path, key);
  const { chain } = await openChain(flags, shell);
  const bar = await bulkBar(rows, shell);
  const signals = bulkSignals(chain, bar.note);
  const { concurrency = 10, resendUnknown = false, retryFailed = false } = flags;
  const progress = { skipped: bar.skip, ended: bar.advance };
  try {
    await runBulk(source, chain, journal, { concurrency, resendUnknown, retryFailed }, progress, signals);
  } finally {
    bar.stop();
    signals.off();
    await chain.close();
    await journal.close();
  }
}

async function dryRun(source: BulkSource, rows: number, flags: BulkFlags, shell: Shell): Promise<ExitCode> {
  for await (const row of readRows(source.path)) {
    const { template, defaultFrom } = source;
    const id = rowId(row, templateHash(template));
    const input = bulkMessage(template, row, id);
    const message = await createMessage(input, {
      limits: { allowFiles: true },
      ...(defaultFrom && { defaultFrom }),
    });
    const first = (await compile(message)).bytes.toString();
    if (flags.json) shell.out(JSON.stringify({ rows, first }));
    else shell.out(`${first}\n(the first of ${rows} messages; nothing was sent)`);
    break;
  }
  return exitCodes.ok;
}

function show(report: BulkReport, { out, err }: Shell): void {
  const { rows, sent, partial, unknown, failed, left } = report;
  const by = Object.entries(report.byProvider).map(([provider, count]) => `${count} by ${provider}`);
  out(`${sent} of ${rows} sent${by.length > 0 ? ` (${by.join(", ")})` : ""}`);
  for (const [count, words] of [
    [partial, "reached some of their recipients"],
    [unknown, "unknown: nobody knows whether they arrived (--resend-unknown sends them again)"],
    [failed, "failed for good (--retry-failed tries them again)"],
    [left, "left: the same command goes on with them"],
  ] as const) {
    if (count > 0) out(`${count} ${words}`);
  }
  for (const { line, state, error } of report.troubles) err(`  line ${line}: ${state}: ${error}`);
}

function exitCodeOf({ rows, sent, unknown }: BulkReport): ExitCode {
  if (sent === rows) return exitCodes.ok;
  if (unknown > 0) return exitCodes.unknown;
  return sent > 0 ? exitCodes.partial : exitCodes.failed;
}
