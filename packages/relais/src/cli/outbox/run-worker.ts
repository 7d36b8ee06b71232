import type { Chain } from "@relais/core";
import type { Outbox, Worker } from "@relais/outbox";
import type { TableEntry } from "../../config/relais-config.ts";
import { ConfigurationError } from "../../environment/settings-reader.ts";
import { pageServer, probePages, type RunningServer } from "../../status/page-server.ts";
import { type StatsCollector, statsCollector } from "../../status/stats-collector.ts";
import { statusServer } from "../../status/status-server.ts";
import { type CliContext, type ExitCode, exitCodes } from "../cli-context.ts";
import type { ChainFlags, OutboxFlags } from "../flags.ts";
import { openChain } from "../open-chain.ts";
import { reloader, type WorkerSignals, workerSignals } from "../signals.ts";
import { checkToken, localhost, portError, tokenIn } from "../site-flags.ts";
import type { FeedbackIntake } from "./feedback-intake.ts";
import { type Metrics, openMetrics } from "./metrics.ts";
import { openOutbox, outboxKit } from "./open-outbox.ts";
import { type ProcessLink, processLink, processVariable } from "./process-link.ts";
import { droppedLines, workerLog } from "./worker-log.ts";

export interface WorkerFlags extends OutboxFlags, ChainFlags {
  readonly concurrency?: number;
  readonly graceMs?: number;
  readonly host?: string;
  /** Names by which others reach the status page. */
  readonly allowedHost?: readonly string[];
  readonly port?: number;
  readonly table?: string;
  /** Serves `/metrics`, too. */
  readonly metrics?: boolean;
  /** Shows the status page, too. */
  readonly serve?: boolean;
}

/** After this long without an answer of the database the process is taken for stuck. */
const stuckMs = 60_000;
const statusPort = 8737;
export const metricsPort = 9464;
export const defaultGraceMs = 25_000;
/** A signal to stop does not wait longer for what is being opened. */
const openingMs = 1_000;

/** `relais worker`: sends what is in the outbox until SIGTERM or SIGINT. */
export async function runWorker(flags: WorkerFlags, cli: CliContext): Promise<ExitCode> {
  const context = { ...cli, ...cli.log?.(droppedLines(flags.json ?? false)) };
  const link = processLink(context.env);
  const signals = workerSignals(link?.stopped);
  const opening = open(flags, context, signals, link);
  try {
    const parts = await Promise.race([opening, signals.stopped]);
    if (parts === undefined) {
      const closed = opening.then(close, () => undefined);
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, openingMs).unref())]);
      return exitCodes.ok;
    }
    try {
      return await work(parts, flags, context, signals, link);
    } finally {
      await close(parts, flags.graceMs);
      if (parts.state.started && !flags.json) context.err(`${parts.worker.name} has stopped`);
    }
  } finally {
    signals.off();
    link?.close();
  }
}

/** All that a worker needs, opened and not yet at work. */
interface Parts {
  readonly chain: Chain;
  readonly outbox: Outbox;
  readonly worker: Worker;
  readonly server: RunningServer | undefined;
  readonly intake: FeedbackIntake | undefined;
  /** In words: where the chain comes from. */
  readonly from: string;
  /** Whether the worker has been started. */
  readonly state: { started: boolean };
}

/** Opens everything, the port included: nothing is claimed before all of it is there. */
async function open(
  flags: WorkerFlags,
  context: CliContext,
  signals: WorkerSignals,
  link: ProcessLink | undefined,
): Promise<Parts> {
  if (flags.serve) checkToken(flags, context);
  const { createWorker, tableSource } = await outboxKit();
  const collector = statsCollector(() => chain);
  const metrics = flags.metrics ? await openMetrics() : undefined;
  const { chain, from } = await openChain(flags, context, [
    ...(flags.serve ? [collector.observe] : []),
    ...(metrics === undefined ? [] : [metrics.observer]),
    workerLog(flags.json ?? false, (line, isError) => (isError ? context.err : context.out)(line)),
  ]);
  signals.onReload(reloader(chain, context.err));
  let outbox: Outbox | undefined;
  try {
    const opened = await openOutbox(flags, context, {
      server: link !== undefined,
      observers: chain.observers,
    });
    const { settings } = opened;
    outbox = opened.outbox;
    const { concurrency, maxBytesInFlight, keepSentForMs, queryTimeoutMs } = settings;
    const table: TableEntry | undefined =
      flags.table === undefined ? settings.table : { ...settings.table, name: flags.table };
    const worker = createWorker(outbox, chain, {
      concurrency: flags.concurrency ?? concurrency,
      maxBytesInFlight,
      keepSentForMs: keepSentForMs === "never" ? Number.POSITIVE_INFINITY : keepSentForMs,
      queryTimeoutMs,
      sources: table === undefined ? [] : [tableSource(outbox, table)],
    });
    metrics?.observer.watch({ chain, outbox, worker });
    const parts = { chain, outbox, worker, from, state: { started: false } };
    if (link !== undefined) answerBy(link, parts, metrics);
    const intake = await openIntake(flags, context, outbox);
    try {
      const server =
        link === undefined ? await startServer(flags, context, parts, collector, metrics) : undefined;
      return { ...parts, intake, server };
    } catch (error) {
      await intake?.close(0);
      throw error;
    }
  } catch (error) {
    await outbox?.close().catch(() => undefined);
    await chain.close().catch(() => undefined);
    throw error;
  }
}

/** What is told of mails after they were accepted: of several processes the first one takes it in. */
async function openIntake(
  { config: file, dsn, json = false }: WorkerFlags,
  context: CliContext,
  outbox: Outbox,
): Promise<FeedbackIntake | undefined> {
  const { cwd, env } = context;
  if ((env[processVariable] ?? "1") !== "1") return undefined;
  const { loadFeedback } = await import("../../config/load-feedback.ts");
  const settings = await loadFeedback({ cwd, env, file, dsn });
  if (settings === undefined) return undefined;
  const { feedbackIntake } = await import("./feedback-intake.ts");
  return feedbackIntake(settings, outbox, context, json);
}

async function work(
  { outbox, worker, server, intake, state, from }: Parts,
  flags: WorkerFlags,
  context: CliContext,
  { stopped }: WorkerSignals,
  link: ProcessLink | undefined,
): Promise<ExitCode> {
  try {
    await Promise.race([worker.start(), stopped]);
    link?.started();
  } catch (error) {
    const { databaseError } = await outboxKit();
    throw new ConfigurationError([databaseError("The worker cannot start", error, outbox.database.name)]);
  }
  state.started = true;
  if (!flags.json) {
    const address = server === undefined ? "" : `; ${server.url}${flags.serve ? "" : "healthz and /readyz"}`;
    const told = intake?.url === undefined ? "" : `; feedback at ${intake.url}feedback/`;
    context.err(
      `${worker.name} works: chain from ${from}, outbox on ${outbox.database.name}${address}${told}`,
    );
  }
  await stopped;
  if (!flags.json) {
    const { busy } = worker.status();
    const grace = flags.graceMs === undefined ? "" : ` within ${flags.graceMs / 1000} s`;
    context.err(`${worker.name} stops: it takes no more messages, and finishes ${busy} under way${grace}`);
  }
  return exitCodes.ok;
}

/** Ends everything, each part even if another cannot be ended: a database may be away. */
async function close({ worker, server, intake, chain, outbox }: Parts, graceMs?: number): Promise<void> {
  for (const end of [
    () => Promise.all([intake?.close(graceMs ?? defaultGraceMs), worker.stop({ graceMs })]),
    async () => server?.close(),
    () => chain.close(),
    () => outbox.close(),
  ])
    await Promise.resolve(end()).catch(() => undefined);
}

/**
 * The status page, or the probes and metrics alone, if one of them is asked for.
 * @throws {ConfigurationError} the port cannot be used
 */
async function startServer(
  flags: WorkerFlags,
  context: CliContext,
  { chain, outbox, worker, state }: Omit<Parts, "server" | "intake">,
  collector: StatsCollector,
  metrics: Metrics | undefined,
): Promise<RunningServer | undefined> {
  const { serve, host = localhost, allowedHost, port } = flags;
  const pages = {
    ...probePages({
      "/healthz": async () => isAlive(worker),
      "/readyz": () => isReady({ outbox, worker, state }),
    }),
    ...(metrics !== undefined && { "/metrics": metrics.page }),
  };
  try {
    if (serve) {
      const address = { host, allowedHosts: allowedHost, port: port ?? statusPort };
      return await statusServer({ chain, collector, outbox, ...address, token: tokenIn(context), pages });
    }
    const pagePort = port ?? (metrics === undefined ? undefined : metricsPort);
    return pagePort === undefined ? undefined : await pageServer(host, pagePort, pages);
  } catch (error) {
    throw portError(error, host, port);
  }
}

/** One of several processes: the first one has the port. */
function answerBy(
  link: ProcessLink,
  parts: Omit<Parts, "server" | "intake">,
  metrics: Metrics | undefined,
): void {
  link.answer({
    alive: async () => isAlive(parts.worker),
    ready: () => isReady(parts),
    metrics: async () => ({
      metrics: (await metrics?.json()) ?? [],
      memoryBytes: process.memoryUsage.rss(),
    }),
  });
}

async function isReady({
  outbox,
  worker,
  state,
}: Pick<Parts, "outbox" | "worker" | "state">): Promise<boolean> {
  if (!state.started || worker.status().state !== "working") return false;
  await outbox.ping();
  return true;
}

/** A database that is away is no reason to restart a worker, which waits for it. A loop that stands still is. */
function isAlive(worker: Worker): boolean {
  const { state, tickedAt } = worker.status();
  return state !== "working" || Date.now() - tickedAt < stuckMs;
}
