import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import type { Sink } from "../start-sink.ts";
import type { Installed } from "./install.ts";
import type { Done, Job, Library } from "./library.ts";
import { type Outcome, type Round, roundOf } from "./results.ts";
import type { Ports, Row } from "./rows.ts";

/** Where the mails of all rows end up. */
export interface Sinks {
  readonly near: Sink;
  readonly far: Sink;
}

/** A library in a process of its own. */
interface Sender {
  readonly process: ChildProcess;
  work(job: Job): Promise<Done>;
}

async function start({ driver, files }: Installed, id: string): Promise<Sender> {
  const file = pathToFileURL(files[id] ?? "").href;
  // Nothing of the process that runs this is to make one start faster or slower.
  const { NODE_OPTIONS: _, NODE_COMPILE_CACHE: __, ...env } = process.env;
  const child = fork(driver, [file], { execArgv: [], env: { ...env, NODE_ENV: "production" } });
  const answer = async (): Promise<unknown> => {
    const gone = new AbortController();
    const end = once(child, "exit", { signal: gone.signal }).then(([code]) => {
      throw new Error(`${id} ended with ${code}`);
    });
    const [said] = (await Promise.race([once(child, "message", { signal: gone.signal }), end])) as [unknown];
    end.catch(() => undefined);
    gone.abort();
    return said;
  };
  await answer();
  return {
    process: child,
    async work(job) {
      child.send(job);
      const { done, error } = (await answer()) as { done?: Done; error?: string };
      if (done === undefined) throw new Error(`${id}: ${error}`);
      return done;
    },
  };
}

/** One row by all libraries in turns: A B C A B C, so that whatever else the machine does meets all of them. */
export async function measure(
  row: Row,
  libraries: readonly Library[],
  installed: Installed,
  { ports, sinks, isQuick }: { readonly ports: Ports; readonly sinks: Sinks; readonly isQuick: boolean },
): Promise<Record<string, Outcome>> {
  const { rounds, timeoutMs, ...size } = isQuick ? row.quick : row.full;
  const job: Job = {
    ...size,
    atOnce: row.atOnce,
    fresh: row.freshSender === true,
    target: {
      primary: ports[row.server],
      connections: row.atOnce,
      ...(row.hasBackup === true ? { backup: ports.near } : {}),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    },
  };
  const sink = row.server === "far" ? sinks.far : sinks.near;
  const able = libraries.filter((one) => one.cannot?.[row.id] === undefined);
  const found = new Map<string, Round[]>(able.map(({ id }) => [id, []]));
  const running = new Map<string, Sender>();
  const stop = (id: string): void => {
    const { process: child } = running.get(id) ?? {};
    if (child?.connected) child.disconnect();
    running.delete(id);
  };
  try {
    for (let i = row.isWarmedUp ? -1 : 0; i < rounds; i++) {
      for (const { id } of able) {
        const sender = running.get(id) ?? (await start(installed, id));
        running.set(id, sender);
        await sink.taken();
        const done = await sender.work(job);
        const taken = await sink.taken();
        if (i >= 0) found.get(id)?.push(roundOf(done, taken));
        if (row.freshProcess === true) stop(id);
      }
    }
  } finally {
    for (const id of [...running.keys()]) stop(id);
  }
  return Object.fromEntries(
    libraries.map(({ id, cannot }) => [
      id,
      found.has(id) ? { rounds: found.get(id) ?? [] } : { cannot: cannot?.[row.id] ?? "" },
    ]),
  );
}
