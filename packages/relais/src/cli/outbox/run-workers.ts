import { pageServer, probePages, type RunningServer } from "../../status/page-server.ts";
import { type CliContext, type ExitCode, exitCodes } from "../cli-context.ts";
import { workerSignals } from "../signals.ts";
import { localhost, portError } from "../site-flags.ts";
import { defaultGraceMs, metricsPort, type WorkerFlags } from "./run-worker.ts";
import { droppedLines } from "./worker-log.ts";
import { type EndedProcess, type WorkerProcesses, workerProcesses } from "./worker-processes.ts";

/** `relais worker --processes N`: so many workers, each in a process, as one command with one port. */
export async function runWorkers(
  flags: WorkerFlags & { readonly processes: number },
  cli: CliContext,
): Promise<ExitCode> {
  const context = { ...cli, ...cli.log?.(droppedLines(flags.json ?? false)) };
  const signals = workerSignals();
  const metrics = flags.metrics ? await (await import("./metrics.ts")).processMetrics() : undefined;
  const processes = workerProcesses(flags.processes, (ended) => {
    metrics?.ended(ended.number);
    context.err(flags.json ? endedJson(ended) : endedText(ended));
  });
  const server = await startServer(flags, processes, metrics);
  try {
    signals.onReload(() => processes.reload());
    const failed = await Promise.race([processes.start(), signals.stopped]);
    if (failed !== undefined) return failed as ExitCode;
    await signals.stopped;
    // Once more: at once.
    process.once("SIGTERM", processes.kill).once("SIGINT", processes.kill);
    return exitCodes.ok;
  } finally {
    await processes.stop(flags.graceMs ?? defaultGraceMs);
    await server?.close();
    signals.off();
    process.off("SIGTERM", processes.kill).off("SIGINT", processes.kill);
  }
}

const endedText = ({ number, pid, how, restartInMs }: EndedProcess): string =>
  `${new Date().toISOString()} process ${number} (${pid}) ended by itself, ${how}: another one starts in ${restartInMs / 1_000} s`;

const endedJson = (ended: EndedProcess): string =>
  JSON.stringify({ type: "process-ended", ...ended, at: new Date().toISOString() });

/** @throws {ConfigurationError} the port cannot be used */
async function startServer(
  { host = localhost, port }: WorkerFlags,
  processes: WorkerProcesses,
  metrics: Awaited<ReturnType<typeof import("./metrics.ts").processMetrics>> | undefined,
): Promise<RunningServer | undefined> {
  const pagePort = port ?? (metrics === undefined ? undefined : metricsPort);
  if (pagePort === undefined) return undefined;
  const all = async (ask: "ready" | "alive"): Promise<boolean> =>
    (await processes.ask(ask)).every(({ answer }) => answer === true);
  const probes = probePages({
    "/healthz": () => all("alive"),
    "/readyz": async () => processes.complete && (await all("ready")),
  });
  const metricsPage = metrics && {
    "/metrics": async (response: Parameters<typeof metrics.page>[1]) => {
      const answers = await processes.ask("metrics");
      const known = answers.flatMap(({ number, answer }) =>
        answer === undefined ? [] : [[number, answer] as const],
      );
      await metrics.page(new Map(known), response);
    },
  };
  return pageServer(host, pagePort, { ...probes, ...metricsPage }).catch((error: unknown) => {
    throw portError(error, host, port);
  });
}
