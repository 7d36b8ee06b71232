import { access, constants } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { InvalidMessage } from "@relais/core";
import type { LoadedChain } from "../../config/load-chain.ts";
import { type CliContext, type ExitCode, exitCodes, printProblems, sentence } from "../cli-context.ts";
import type { ChainFlags } from "../flags.ts";
import { type BodyFileFlags, compiledText, type MessageFlags, withBodyFiles } from "../message-input.ts";
import { type SendingChain, sendingChain } from "../open-chain.ts";
import { bulkSignals } from "../signals.ts";
import { InvalidRow } from "./columns.ts";
import { fileHash, InvalidJournal, lockJournal, openJournal } from "./journal.ts";
import { progressBar } from "./progress-bar.ts";
import { type BulkReport, bulkReport, reportFile } from "./report.ts";
import {
  type BulkSource,
  type BulkTemplate,
  checkRows,
  rowId,
  rowMessage,
  templateHash,
} from "./row-messages.ts";
import { InvalidFile, readRows } from "./rows.ts";
import { sendRows } from "./send-rows.ts";

/** The flags of `relais send --bulk`. */
export interface BulkFlags extends MessageFlags, BodyFileFlags, ChainFlags {
  readonly bulk: string;
  readonly journal?: string;
  readonly report?: string;
  readonly concurrency?: number;
  readonly limit?: number;
  readonly resendUnknown?: boolean;
  readonly retryFailed?: boolean;
  readonly dryRun?: boolean;
}

/** `relais send --bulk FILE` */
export async function sendBulk(flags: BulkFlags, context: CliContext): Promise<ExitCode> {
  try {
    const opened = await sendingChain(flags, context);
    return await checkAndSend(opened, flags, context).finally(opened.close);
  } catch (error) {
    return printProblems(context, flags, [userSentence(error)]);
  }
}

/** The sentence of a mistake in the file, the flags or the journal. @throws any other error */
function userSentence(error: unknown): string {
  if (error instanceof InvalidJournal || error instanceof InvalidFile) return error.message;
  if (error instanceof InvalidRow || error instanceof InvalidMessage) return sentence(error.message);
  throw error;
}

async function checkAndSend(opened: SendingChain, flags: BulkFlags, context: CliContext): Promise<ExitCode> {
  const { cwd } = context;
  const path = resolve(cwd, flags.bulk);
  const template = await templateOf(flags, cwd);
  const source: BulkSource = { path, template, defaultFrom: opened.from, limit: flags.limit };
  const { rows, lastLine, faults, faultCount, lacksSender } = await checkRows(source);
  if (lacksSender) opened.checkSender();
  if (faultCount > 0 || rows === 0) {
    const more = faultCount > faults.length ? [`… and ${faultCount - faults.length} more.`] : [];
    const sentences = faultCount === 0 ? [`${path} has no rows.`] : [...faults, ...more];
    return printProblems(context, flags, sentences);
  }
  if (flags.dryRun) return printFirst(source, rows, flags, context);
  const journal = resolve(cwd, flags.journal ?? `${flags.bulk}.relais.jsonl`);
  const reportPath = flags.report === undefined ? undefined : resolve(cwd, flags.report);
  // Checked now, not after an hour of sending.
  if (reportPath !== undefined) await checkWritable(reportPath);
  const unlock = lockJournal(journal);
  try {
    const { fault, sentNow } = await run(source, rows, journal, flags, context, opened.chain());
    const counted = await makeReport(journal, rows, lastLine, reportPath, context);
    const report = { ...counted, sentNow };
    if (flags.json) context.out(JSON.stringify({ ...report, ...(fault !== undefined && { fault }) }));
    else printReport(report, context);
    if (fault !== undefined) context.err(fault);
    return exitCodeOf(report);
  } finally {
    unlock();
  }
}

async function templateOf(flags: BulkFlags, cwd: string): Promise<BulkTemplate> {
  const { from, to, cc, bcc, replyTo, subject, header, attach, text, html } = await withBodyFiles(flags, cwd);
  const files = attach?.map((path) => resolve(cwd, path));
  const template = { from, to, cc, bcc, replyTo, subject, header, text, html, attach: files };
  return Object.fromEntries(Object.entries(template).filter(([, value]) => value !== undefined));
}

async function checkWritable(path: string): Promise<void> {
  await access(dirname(path), constants.W_OK).catch(({ code }: NodeJS.ErrnoException) => {
    throw new InvalidFile(`${path} cannot be written: ${code}.`);
  });
}

/** How a run went. */
interface RunEnd {
  readonly sentNow: number;
  /** Why it ended early, if it did: the file of rows or the journal turned out to be wrong. */
  readonly fault?: string;
}

async function run(
  source: BulkSource,
  rows: number,
  path: string,
  flags: BulkFlags,
  context: CliContext,
  chain: LoadedChain,
): Promise<RunEnd> {
  const { concurrency = 10, resendUnknown = false, retryFailed = false } = flags;
  const key = { template: templateHash(source.template), file: await fileHash(source.path) };
  const journal = await openJournal(path, key);
  try {
    const bar = progressBar(rows, context);
    const signals = bulkSignals(chain, bar.log);
    let sentNow = 0;
    const progress: typeof bar = {
      ...bar,
      advance(state) {
        if (state === "sent") sentNow += 1;
        bar.advance(state);
      },
    };
    try {
      await sendRows(source, chain, journal, { concurrency, resendUnknown, retryFailed }, progress, signals);
      return { sentNow };
    } catch (error) {
      return { sentNow, fault: userSentence(error) };
    } finally {
      bar.stop();
      await chain.close();
      signals.off();
    }
  } finally {
    await journal.close();
  }
}

async function printFirst(
  source: BulkSource,
  rows: number,
  { json }: BulkFlags,
  { out }: CliContext,
): Promise<ExitCode> {
  for await (const row of readRows(source.path)) {
    const message = await rowMessage(source, row, rowId(row, templateHash(source.template)));
    const first = await compiledText(message);
    out(
      json ? JSON.stringify({ rows, first }) : `${first}\n(the first of ${rows} messages; nothing was sent)`,
    );
    break;
  }
  return exitCodes.ok;
}

/** The counts; and the report file, which is left out with a sentence if it cannot be written. */
async function makeReport(
  journal: string,
  rows: number,
  lastLine: number,
  path: string | undefined,
  { err }: CliContext,
): Promise<BulkReport> {
  if (path !== undefined) {
    try {
      const file = await reportFile(path);
      return await bulkReport(journal, rows, lastLine, file.add).finally(file.close);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      err(`${path} cannot be written: ${code}.`);
    }
  }
  return bulkReport(journal, rows, lastLine);
}

function printReport(report: BulkReport & RunEnd, { out, err }: CliContext): void {
  const { rows, sent, sentNow, partial, unknown, failed, left, troubles, inTrouble } = report;
  const by = Object.entries(report.byProvider).map(([provider, count]) => `${count} by ${provider}`);
  const parts = sentNow === sent ? "" : `: ${sent - sentNow} before, ${sentNow} now`;
  out(`${sent} of ${rows} sent${parts}${by.length > 0 ? ` (${by.join(", ")})` : ""}`);
  for (const [count, words] of [
    [partial, "reached some of their recipients"],
    [unknown, "unknown: nobody knows whether they arrived (--resend-unknown sends them again)"],
    [failed, "failed permanently (--retry-failed tries them again)"],
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
