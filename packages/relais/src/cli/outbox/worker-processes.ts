import { type ChildProcess, fork } from "node:child_process";
import { type Answers, type Ask, type FromProcess, processVariable, type ToProcess } from "./process-link.ts";

/** Several processes, each with a worker. */
export interface WorkerProcesses {
  /** Resolves when all are at work, with `undefined`; with the exit code of the first one if it cannot begin. */
  start(): Promise<number | undefined>;
  /** The answers of those that run; of one that does not answer in time, undefined. */
  ask<A extends Ask>(ask: A): Promise<readonly ProcessAnswer<A>[]>;
  /** Whether each one there is to be is at work. */
  readonly complete: boolean;
  reload(): void;
  /** Has them finish what is under way. Resolves when they have ended; those that take too long are killed. */
  stop(graceMs: number): Promise<void>;
  kill(): void;
}

export interface ProcessAnswer<A extends Ask> {
  /** From 1. One that takes the place of another has its number. */
  readonly number: number;
  readonly answer: Awaited<ReturnType<Answers[A]>> | undefined;
}

/** A process that ended, and was not asked to. */
export interface EndedProcess {
  readonly number: number;
  readonly pid: number | undefined;
  readonly how: string;
  /** Another one starts in so many ms. */
  readonly restartInMs: number;
}

interface Running {
  readonly child: ChildProcess;
  readonly since: number;
  started: boolean;
  readonly ended: PromiseWithResolvers<void>;
}

const answerWithinMs = 3_000;
const firstPauseMs = 1_000;
const maxPauseMs = 30_000;
/** One that has worked for so long ended for a reason of its own: the next one starts soon. */
const steadyMs = 60_000;
/** How much longer than its grace period a process may take, to close what it has open. */
const overtimeMs = 5_000;

/** Runs the command that this process runs so many times over, in processes that know of it by a variable. */
export function workerProcesses(howMany: number, onEnded: (ended: EndedProcess) => void): WorkerProcesses {
  const running = new Map<number, Running>();
  const pauses = new Map<number, number>();
  const waiting = new Map<number, (answer: unknown) => void>();
  /** Whether the first one has come to work. */
  let begun = false;
  let stopping = false;
  let lastId = 0;

  const send = (child: ChildProcess, message: ToProcess): void => {
    if (child.connected) child.send(message, () => undefined);
  };

  /** @returns resolves when its worker works, with its exit code if it ends before */
  const run = (number: number): Promise<number | undefined> => {
    const child = fork(process.argv[1] as string, process.argv.slice(2), {
      env: { ...process.env, [processVariable]: String(number) },
    });
    const one: Running = { child, since: performance.now(), started: false, ended: Promise.withResolvers() };
    running.set(number, one);
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    child.on("message", (message: FromProcess) => {
      if (message !== "started") return waiting.get(message.id)?.(message.answer);
      one.started = true;
      begun = true;
      resolve(undefined);
    });
    const onEnd = (how: string, code: number): void => {
      if (!running.delete(number)) return;
      resolve(code);
      one.ended.resolve();
      // Before that, what it has said holds for all of them.
      if (begun && !stopping) replace(number, one, how);
    };
    child.on("error", (error) => child.pid === undefined && onEnd(error.message, 1));
    child.once("close", (code, signal) => onEnd(signal ?? `exit code ${code}`, code ?? 1));
    return promise;
  };

  const replace = (number: number, { child, since }: Running, how: string): void => {
    const steady = performance.now() - since > steadyMs;
    const restartInMs = steady ? firstPauseMs : (pauses.get(number) ?? firstPauseMs);
    pauses.set(number, Math.min(2 * restartInMs, maxPauseMs));
    onEnded({ number, pid: child.pid, how, restartInMs });
    setTimeout(() => stopping || void run(number), restartInMs).unref();
  };

  const askOne = async <A extends Ask>(
    number: number,
    { child, ended }: Running,
    ask: A,
  ): Promise<ProcessAnswer<A>> => {
    lastId += 1;
    const id = lastId;
    const answer = await new Promise<unknown>((resolve) => {
      const timer = setTimeout(resolve, answerWithinMs);
      waiting.set(id, (value) => {
        clearTimeout(timer);
        resolve(value);
      });
      ended.promise.then(resolve);
      send(child, { ask, id });
    });
    waiting.delete(id);
    return { number, answer: answer as ProcessAnswer<A>["answer"] };
  };

  const kill = (): void => {
    stopping = true;
    for (const { child } of running.values()) child.kill("SIGKILL");
  };

  return {
    async start() {
      // Tables are made, and what is wrong is said, once.
      const failed = await run(1);
      if (failed !== undefined || stopping) return failed;
      for (let number = 2; number <= howMany; number += 1) void run(number);
      return undefined;
    },
    ask: (ask) =>
      Promise.all(
        [...running].filter(([, { started }]) => started).map(([number, one]) => askOne(number, one, ask)),
      ),
    get complete() {
      return [...running.values()].filter(({ started }) => started).length === howMany;
    },
    reload() {
      for (const { child } of running.values()) child.kill("SIGHUP");
    },
    async stop(graceMs) {
      stopping = true;
      const timer = setTimeout(kill, graceMs + overtimeMs);
      for (const { child } of running.values()) send(child, "stop");
      await Promise.all([...running.values()].map(({ ended }) => ended.promise));
      clearTimeout(timer);
    },
    kill,
  };
}
