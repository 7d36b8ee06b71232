import { access, constants } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { InvalidMessage } from "@relais/core";
import { senderFromEnv } from "../../sender-from-env.ts";
import { withBodyFiles } from "../body-files.ts";
import { bytesOf } from "../bytes-of.ts";
import { complain } from "../complain.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { MessageFlags } from "../message-from-flags.ts";
import { type ChainFlags, openChain } from "../open-chain.ts";
import type { Shell } from "../shell.ts";
import { bulkBar } from "./bulk-bar.ts";
import { fileHash, InvalidJournal, openJournal } from "./bulk-journal.ts";
import { lockJournal } from "./bulk-lock.ts";
import { type BulkReport, bulkReport, reportFile } from "./bulk-report.ts";
import { runBulk } from "./bulk-run.ts";
import { bulkSignals } from "./bulk-signals.ts";
import { type BulkTemplate, InvalidRow, rowId, templateHash } from "./bulk-template.ts";
import { type BulkSource, checkRows, messageOf } from "./check-rows.ts";
import { readRows } from "./rows.ts";
import { InvalidFile } from "./text-chunks.ts";

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
  const { from, to, cc, bcc, replyTo, subject, header, attach, text, html } = await withBodyFiles(flags, cwd);
  const all = { from, to, cc, bcc, replyTo, subject, header, text, html };
  const files = attach?.map((path) => resolve(cwd, path));
  return Object.fromEntries(
    Object.entries({ ...all, attach: files }).filter(([, value]) => value !== undefined),
  );
}

/** `relais send --bulk FILE` */
export async function bulkCommand(flags: BulkFlags, shell: Shell): Promise<ExitCode> {
  try {
    return await bulk(flags, shell);
  } catch (error) {
    const said = sentenceOf(error);
    if (said === undefined) throw error;
    return complain(shell, flags, exitCodes.usage, [said]);
  }
}

/** Why a run could not begin, or had to end: `undefined` if this is no mistake of whoever runs it. */
function sentenceOf(error: unknown): string | undefined {
  if (error instanceof InvalidJournal || error instanceof InvalidFile) return error.message;
  return error instanceof InvalidRow || error instanceof InvalidMessage ? `${error.message}.` : undefined;
}

async function bulk(flags: BulkFlags, shell: Shell): Promise<ExitCode> {
  const path = resolve(shell.cwd, flags.bulk);
  const template = await templateOf(flags, shell.cwd);
  const defaultFrom = senderFromEnv(shell.env);
  const source: BulkSource = { path, template, defaultFrom, limit: flags.limit };
  const checked = await checkRows(source);
  const { rows, lastLine, faults, wrong } = checked;
  if (wrong > 0 || rows === 0) {
    const more = wrong > faults.length ? [`… and ${wrong - faults.length} more.`] : [];
    const said = rows === 0 && wrong === 0 ? [`${path} has no rows.`] : [...faults, ...more];
    return complain(shell, flags, exitCodes.usage, said);
  }
  if (flags.dryRun) return dryRun(source, rows, flags, shell);
  const journal = resolve(shell.cwd, flags.journal ?? `${flags.bulk}.relais.jsonl`);
  const reportPath = flags.report === undefined ? undefined : resolve(shell.cwd, flags.report);
  // Said now, not after an hour of sending.
  if (reportPath !== undefined)
    await access(dirname(reportPath), constants.W_OK).catch(unwritable(reportPath));
  const unlock = lockJournal(journal);
  try {
    const fault = await run(source, rows, journal, flags, shell);
    const report = await reported(journal, rows, lastLine, reportPath, shell);
    if (flags.json) shell.out(JSON.stringify({ ...report, ...(fault !== undefined && { fault }) }));
    else show(report, shell);
    if (fault !== undefined) shell.err(fault);
    return exitCodeOf(report);
  } finally {
    unlock();
  }
}

/** The counts; and the report file, of which a mistake is said, but costs nobody the counts. */
async function reported(
  journal: string,
  rows: number,
  lastLine: number,
  path: string | undefined,
  shell: Shell,
): Promise<BulkReport> {
  if (path !== undefined) {
    try {
      const file = await reportFile(path);
      try {
        return await bulkReport(journal, rows, lastLine, file.add);
      } finally {
        await file.close();
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      shell.err(`${path} cannot be written: ${code}.`);
    }
  }
  return bulkReport(journal, rows, lastLine);
}

const unwritable =
  (path: string) =>
  (error: NodeJS.ErrnoException): never => {
    throw new InvalidFile(`${path} cannot be written: ${error.code}.`);
  };

/** Resolves with why the run had to end early, if it had to: the file of rows or the journal went bad on the way. */
async function run(
  source: BulkSource,
  rows: number,
  path: string,
  flags: BulkFlags,
  shell: Shell,
): Promise<string | undefined> {
  const key = { template: templateHash(source.template), file: await fileHash(source.path) };
  const journal = await openJournal(path, key);
  try {
    const { chain } = await openChain(flags, shell);
    const bar = bulkBar(rows, shell);
    const signals = bulkSignals(chain, bar.note);
    const { concurrency = 10, resendUnknown = false, retryFailed = false } = flags;
    try {
      await runBulk(source, chain, journal, { concurrency, resendUnknown, retryFailed }, bar, signals);
    } catch (error) {
      const said = sentenceOf(error);
      if (said === undefined) throw error;
      return said;
    } finally {
      bar.stop();
      await chain.close();
      signals.off();
    }
  } finally {
    await journal.close();
  }
  return undefined;
}

async function dryRun(source: BulkSource, rows: number, flags: BulkFlags, shell: Shell): Promise<ExitCode> {
  for await (const row of readRows(source.path)) {
    const first = await bytesOf(await messageOf(source, row, rowId(row, templateHash(source.template))));
    if (flags.json) shell.out(JSON.stringify({ rows, first }));
    else shell.out(`${first}\n(the first of ${rows} messages; nothing was sent)`);
    break;
  }
  return exitCodes.ok;
}

function show(report: BulkReport, { out, err }: Shell): void {
  const { rows, sent, partial, unknown, failed, left, troubles, inTrouble } = report;
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
  for (const { line, state, error } of troubles) err(`  line ${line}: ${state}: ${error}`);
  if (inTrouble > troubles.length)
    err(`  … and ${inTrouble - troubles.length} more: --report writes all of them`);
}

function exitCodeOf({ rows, sent, partial, unknown }: BulkReport): ExitCode {
  if (sent === rows) return exitCodes.ok;
  if (unknown > 0) return exitCodes.unknown;
  return sent + partial > 0 ? exitCodes.partial : exitCodes.failed;
}
