import { availableParallelism } from "node:os";
import type { AddCommand } from "../cli-context.ts";
import {
  duration,
  hostName,
  wholeNumber,
  withChainFlags,
  withDatabaseFlags,
  withMigrateFlag,
} from "../flags.ts";

const workerHelp = `
Works until SIGTERM, then finishes what is under way; SIGHUP reads the configuration again.

Examples:
  relais worker --database postgres://app@db/app --port 9464 --host 0.0.0.0
  relais worker --processes auto --metrics
  relais worker                      # PGlite in .relais, for one process`;

const serveHelp = `
The page shows the chain, the last deliveries and the outbox. It is for this machine; --host opens it to others, who see
it when they have logged in with RELAIS_STATUS_TOKEN of the environment. Those who have may send again, settle and cancel there.
It answers to an address, or to a name that --allowed-host names.`;

interface GivenFlags {
  readonly grace?: number;
  readonly processes?: number;
}

const processCount = (value: string): number =>
  value === "auto" ? availableParallelism() : wholeNumber(1, 64)(value);

/** `relais worker`, and `relais serve`: a worker with a status page. */
export const workerCommands: AddCommand = (program, context, action) => {
  const add = (name: "worker" | "serve", description: string) =>
    withMigrateFlag(withDatabaseFlags(withChainFlags(program.command(name).description(description))))
      .option("--concurrency <n>", "messages under way at once (default: 10)", wholeNumber(1, 1000))
      .option("--table <name>", "also process this table of yours (columns: see the configuration)")
      .option("--grace <time>", "how long the end may take (default: 25s)", duration)
      .option("--host <address>", "the address to listen on (default: 127.0.0.1)")
      .option("--metrics", "serve /metrics for Prometheus, too (worker: on port 9464 unless --port)")
      .action(
        action(async ({ grace: graceMs, processes = 1, ...given }: GivenFlags) => {
          const flags = { ...given, serve: name === "serve", ...(graceMs !== undefined && { graceMs }) };
          const { processVariable } = await import("../outbox/process-link.ts");
          if (processes > 1 && context.env[processVariable] === undefined) {
            const { runWorkers } = await import("../outbox/run-workers.ts");
            return runWorkers({ ...flags, processes }, context);
          }
          const { runWorker } = await import("../outbox/run-worker.ts");
          return runWorker(flags, context);
        }),
      );
  add("worker", "send what is in the outbox, by the chain")
    .option("--port <port>", "serve /healthz and /readyz there", wholeNumber(0, 65_535))
    .option(
      "--processes <n>",
      "so many processes as one, with Postgres; auto: as many as there are cores (default: 1)",
      processCount,
    )
    .addHelpText("after", workerHelp);
  add("serve", "a worker with a status page")
    .option("--port <port>", "where the page is (default: 8737)", wholeNumber(0, 65_535))
    .option("--allowed-host <name...>", "names by which others reach the page, as a proxy's", hostName)
    .addHelpText("after", serveHelp);
};
