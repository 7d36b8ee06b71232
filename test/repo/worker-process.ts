import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import { root } from "./root.ts";

export interface WorkerProcess {
  /** Without a slash at its end. */
  readonly url: string;
  /** SIGTERM. Resolves with its exit code. */
  terminate(): Promise<number | null>;
  /** If it is still there. */
  kill(): Promise<void>;
}

export interface WorkerProcessOptions {
  /** Behind `relais`; `--port 0` stands for one that is free. */
  readonly args: readonly string[];
  readonly cwd: string;
  /** All of its environment, but for PATH. */
  readonly env: Readonly<Record<string, string>>;
}

/** `relais worker` from source, ready to be asked. @throws {Error} what it said, if it ended before */
export async function workerProcess(options: WorkerProcessOptions): Promise<WorkerProcess> {
  for (let tries = 1; ; tries += 1) {
    const started = await start(options).catch((error: Error) => error);
    if (!(started instanceof Error)) return started;
    // A port that was free a moment ago may be somebody's connection by now.
    if (tries === 3 || !/port \d+ on \S+ is in use/.test(started.message)) throw started;
  }
}

async function start({ args, cwd, env }: WorkerProcessOptions): Promise<WorkerProcess> {
  const port = await freePort();
  const command = ["--conditions=@relais/source", join(root, "packages/relais/src/cli/bin.ts")];
  // With --json it does not say where it listens.
  const own = args.map((arg, i) => (arg === "0" && args[i - 1] === "--port" ? String(port) : arg));
  const child = spawn(process.execPath, [...command, ...own], {
    cwd,
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      AWS_EC2_METADATA_DISABLED: "true",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += data));
  const closed = once(child, "close") as Promise<[number | null]>;
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(url).catch(() => undefined))) {
    if (ended()) throw new Error(`the worker ended: ${said}`);
    await sleep(100);
  }
  const stop = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (!ended()) child.kill(signal);
    return (await closed)[0];
  };
  return { url, terminate: () => stop("SIGTERM"), kill: async () => void (await stop("SIGKILL")) };
}
