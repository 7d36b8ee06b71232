import type { Chain } from "@relais/core";
import type { Outbox, Worker } from "@relais/outbox";
import { ConfigurationError } from "../../configuration-error.ts";
import { settingsReader } from "../../settings-reader.ts";
import { hosts } from "../../status/hosts.ts";
import { type Monitor, monitor } from "../../status/monitor.ts";
import { statusServer } from "../../status/status-server.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { type ChainFlags, openChain } from "../open-chain.ts";
import { reloader } from "../reloader.ts";
import type { Shell } from "../shell.ts";
import { databaseFault } from "./database-fault.ts";
import { probePages, probeServer } from "./health-server.ts";
import { type ServedMetrics, servedMetrics } from "./metrics.ts";
import { type OutboxFlags, openOutbox, outboxKit } from "./open-outbox.ts";
import { type StopSignals, stopSignals } from "./stop-signals.ts";
import { droppedLines, logLine } from "./worker-log.ts";

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
  readonly json?: boolean;
}

/** Longer than this without a word of the database, and the process is taken for stuck. */
const stuckMs = 60_000;
const servePort = 8737;
const metricsPort = 9464;

/** Nobody who told us to go waits longer for what was being opened. */
const openingMs = 1_000;

/** `relais worker`: sends what is in the outbox until SIGTERM or SIGINT. */
export async function workerCommand(flags: WorkerFlags, given: Shell): Promise<ExitCode> {
  const shell = { ...given, ...given.log?.(droppedLines(flags.json ?? false)) };
  const signals = stopSignals();
  const opening = open(flags, shell, signals);
  try {
    const open = await Promise.race([opening, signals.told]);
    if (open === undefined) {
      const closed = opening.then(close, () => undefined);
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, openingMs).unref())]);
      return exitCodes.ok;
    }
    try {
      return await work(open, flags, shell, signals);
    } finally {
      await close(open, flags.graceMs);
    }
  } finally {
    signals.forget();
  }
}

/** All that a worker works with, and nothing of it is at work yet. */
interface Opened extends Inside {
  readonly door: Door | undefined;
  /** In words: where the chain comes from, where the outbox is. */
  readonly from: string;
  readonly where: string;
  /** What has been reached of what was asked for. */
  readonly begun: { at?: number };
}

/** Opens everything, the port first of what can be taken by somebody else: nothing is claimed before all of it is there. */
async function open(flags: WorkerFlags, shell: Shell, signals: StopSignals): Promise<Opened> {
  if (flags.serve) checkToken(flags, shell);
  const { createWorker, tableSource } = await outboxKit();
  const watch: Monitor = monitor(() => chain);
  const metrics = flags.metrics ? await servedMetrics() : undefined;
  const { chain, from } = await openChain(flags, shell, [
    ...(flags.serve ? [watch.observe] : []),
    ...(metrics === undefined ? [] : [metrics.observer]),
  ]);
  signals.onReload(reloader(chain, shell.err));
  const ends: (() => Promise<unknown>)[] = [() => chain.close()];
  try {
    const { outbox, settings, where } = await openOutbox(flags, shell);
    ends.push(() => outbox.close());
    const json = flags.json ?? false;
    const table = flags.table === undefined ? settings.table : { ...settings.table, name: flags.table };
    const { keepSentForMs } = settings;
    const worker = createWorker(outbox, chain, {
      concurrency: flags.concurrency ?? settings.concurrency,
      maxBytesInFlight: settings.maxBytesInFlight,
      keepSentForMs: keepSentForMs === "never" ? Number.POSITIVE_INFINITY : keepSentForMs,
      queryTimeoutMs: settings.queryTimeoutMs,
      sources: table === undefined ? [] : [tableSource(outbox, table)],
      observers: [
        ...(metrics === undefined ? [] : [metrics.observer.worker]),
        (event) => {
          const line = logLine(event, json);
          if (line !== undefined) (event.type === "error" ? shell.err : shell.out)(line);
        },
      ],
    });
    metrics?.observer.watch({ chain, outbox, worker });
    const begun: Opened["begun"] = {};
    const inside = { chain, outbox, worker, watch, metrics, begun };
    const door = await openDoor(flags, shell, inside);
    return { ...inside, door, from, where };
  } catch (error) {
    await Promise.allSettled(ends.reverse().map((end) => end()));
    throw error;
  }
}

async function work(
  opened: Opened,
  flags: WorkerFlags,
  shell: Shell,
  signals: StopSignals,
): Promise<ExitCode> {
  const { worker, door, begun, from, where } = opened;
  try {
    await Promise.race([worker.start(), signals.told]);
  } catch (error) {
    throw new ConfigurationError([databaseFault("The worker cannot start", error, where)]);
  }
  begun.at = Date.now();
  if (!flags.json) {
    const at = door === undefined ? "" : `; ${door.url}${flags.serve ? "" : "healthz and /readyz"}`;
    shell.err(`${worker.name} works: chain from ${from}, outbox on ${where}${at}`);
  }
  await signals.told;
  return exitCodes.ok;
}

/** Ends everything, each part whatever became of the others: a database that is away cannot be told goodbye. */
async function close({ worker, door, chain, outbox }: Opened, graceMs?: number): Promise<void> {
  for (const end of [
    () => worker.stop({ graceMs }),
    async () => door?.close(),
    () => chain.close(),
    () => outbox.close(),
  ])
    await end().catch(() => undefined);
}

/** What looks in from outside. */
interface Door {
  readonly url: string;
  close(): Promise<void>;
}

interface Inside {
  readonly chain: Chain;
  readonly outbox: Outbox;
  readonly worker: Worker;
  readonly watch: Monitor;
  readonly metrics: ServedMetrics | undefined;
  readonly begun: { readonly at?: number };
}

const portFaults: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use",
  EACCES: "may not be opened by this user",
  EADDRNOTAVAIL: "is at an address that this machine does not have",
  ENOTFOUND: "is at a host that nobody knows",
};

/** @throws {ConfigurationError} the port cannot be had */
async function openDoor(flags: WorkerFlags, shell: Shell, inside: Inside): Promise<Door | undefined> {
  try {
    return await doorOf(flags, shell, inside);
  } catch (error) {
    const { code = "", port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
    const at = `The port ${port ?? flags.port ?? ""} on ${address ?? flags.host ?? "127.0.0.1"}`;
    throw new ConfigurationError([`${at} ${portFaults[code] ?? `cannot be opened (${code})`}.`]);
  }
}

const tokenIn = ({ env }: Shell): string | undefined => settingsReader(env).text("RELAIS_STATUS_TOKEN");

/** What the page shows is for those who may see it. @throws {ConfigurationError} others would see it */
function checkToken({ host = "127.0.0.1", allowedHost }: WorkerFlags, shell: Shell): void {
  if (hosts(host, allowedHost).onlyHere || tokenIn(shell) !== undefined) return;
  const why = allowedHost === undefined ? `--host ${host}` : "--allowed-host";
  throw new ConfigurationError([
    `RELAIS_STATUS_TOKEN is missing: with ${why} others reach the status page, and must log in with it; without it the page is for 127.0.0.1.`,
  ]);
}

/** The status page, or the probes alone, if either was asked for. */
async function doorOf(
  { serve, host = "127.0.0.1", allowedHost: allowedHosts, port }: WorkerFlags,
  shell: Shell,
  { chain, outbox, worker, watch, metrics, begun }: Inside,
): Promise<Door | undefined> {
  const ready = async (): Promise<boolean> => {
    if (begun.at === undefined || worker.status().state !== "working") return false;
    await outbox.ping();
    return true;
  };
  const probes = { "/healthz": async () => isAlive(worker), "/readyz": ready };
  const more = metrics === undefined ? {} : { "/metrics": metrics.page };
  if (serve) {
    const pages = { ...probePages(probes), ...more };
    const at = { host, allowedHosts, port: port ?? servePort };
    return statusServer({ chain, monitor: watch, outbox, ...at, token: tokenIn(shell), pages });
  }
  const at = port ?? (metrics === undefined ? undefined : metricsPort);
  return at === undefined ? undefined : probeServer(host, at, { ...probePages(probes), ...more });
}

/** A database that is away is no reason to restart a worker: it waits for it. A loop that stands still is. */
function isAlive(worker: Worker): boolean {
  const { state, tickedAt } = worker.status();
  return state !== "working" || Date.now() - tickedAt < stuckMs;
}
