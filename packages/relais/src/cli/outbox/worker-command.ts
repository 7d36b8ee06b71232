import type { Chain } from "@relais/core";
import type { Outbox, Worker } from "@relais/outbox";
import { ConfigurationError } from "../../configuration-error.ts";
import { settingsReader } from "../../settings-reader.ts";
import { type Monitor, monitor } from "../../status/monitor.ts";
import { statusServer } from "../../status/status-server.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { type ChainFlags, openChain } from "../open-chain.ts";
import { reloader } from "../reloader.ts";
import type { Shell } from "../shell.ts";
import { probePages, probeServer } from "./health-server.ts";
import { type ServedMetrics, servedMetrics } from "./metrics.ts";
import { type OutboxFlags, openOutbox, outboxKit } from "./open-outbox.ts";
import { logLine } from "./worker-log.ts";

export interface WorkerFlags extends OutboxFlags, ChainFlags {
  readonly concurrency?: number;
  readonly graceMs?: number;
  readonly host?: string;
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

/** `relais worker`: sends what is in the outbox until SIGTERM or SIGINT. */
export async function workerCommand(flags: WorkerFlags, shell: Shell): Promise<ExitCode> {
  const { createWorker, tableSource } = await outboxKit();
  const watch: Monitor = monitor(() => chain);
  const metrics = flags.metrics ? await servedMetrics() : undefined;
  const { chain, from } = await openChain(flags, shell, [
    ...(flags.serve ? [watch.observe] : []),
    ...(metrics === undefined ? [] : [metrics.observer]),
  ]);
  const { outbox, settings, where } = await openOutbox(flags, shell);
  const json = flags.json ?? false;
  const table = flags.table === undefined ? settings.table : { ...settings.table, name: flags.table };
  const worker = createWorker(outbox, chain, {
    concurrency: flags.concurrency ?? settings.concurrency,
    keepSentForMs: settings.keepSentForMs,
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
  const signals = signalled(chain, shell);
  try {
    await Promise.race([worker.start(), signals.told]);
  } catch (error) {
    signals.forget();
    await Promise.allSettled([chain.close(), outbox.close()]);
    throw new ConfigurationError([
      `The worker cannot start: ${error instanceof Error ? error.message : "it failed"}.`,
    ]);
  }
  metrics?.observer.watch({ chain, outbox, worker });
  const door = await openDoor(flags, shell, { chain, outbox, worker, watch, metrics });
  if (!json) {
    const at = door === undefined ? "" : `; ${door.url}${flags.serve ? "" : "healthz and /readyz"}`;
    shell.err(`${worker.name} works: chain from ${from}, outbox on ${where}${at}`);
  }
  await signals.told;
  await worker.stop({ graceMs: flags.graceMs });
  await door?.close();
  await chain.close();
  await outbox.close();
  return exitCodes.ok;
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
}

/** The status page, or the probes alone, if either was asked for. */
async function openDoor(
  { serve, host = "127.0.0.1", port }: WorkerFlags,
  { env }: Shell,
  { chain, outbox, worker, watch, metrics }: Inside,
): Promise<Door | undefined> {
  const ready = async (): Promise<boolean> => {
    if (worker.status().state !== "working") return false;
    await outbox.database.query("select 1");
    return true;
  };
  const probes = { "/healthz": async () => isAlive(worker), "/readyz": ready };
  const more = metrics === undefined ? {} : { "/metrics": metrics.page };
  if (serve) {
    const token = settingsReader(env).text("RELAIS_STATUS_TOKEN");
    const pages = { ...probePages(probes), ...more };
    return statusServer({ chain, monitor: watch, outbox, host, port: port ?? servePort, token, pages });
  }
  const at = port ?? (metrics === undefined ? undefined : metricsPort);
  return at === undefined ? undefined : probeServer(host, at, { ...probePages(probes), ...more });
}

/** A database that is away is no reason to restart a worker: it waits for it. A loop that stands still is. */
function isAlive(worker: Worker): boolean {
  const { state, tickedAt } = worker.status();
  return state !== "working" || Date.now() - tickedAt < stuckMs;
}

/** What the process is told from outside. */
interface Signals {
  /** Resolves at SIGTERM or SIGINT. */
  readonly told: Promise<void>;
  forget(): void;
}

/** Listens to SIGTERM and SIGINT, before anything is claimed. SIGHUP reads the configuration again. */
function signalled(chain: Chain, shell: Shell): Signals {
  const { promise: told, resolve } = Promise.withResolvers<void>();
  const reload = reloader(chain, shell.err);
  const stop = (): void => {
    forget();
    resolve();
  };
  const forget = (): void => {
    process.off("SIGTERM", stop).off("SIGINT", stop).off("SIGHUP", reload);
  };
  process.on("SIGTERM", stop).on("SIGINT", stop).on("SIGHUP", reload);
  return { told, forget };
}
