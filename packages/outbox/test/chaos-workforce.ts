import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const program = join(import.meta.dirname, "chaos-child.ts");
const hands = [0, 1, 2];
const killEveryMs = 2_000;
const freezeEveryMs = 15_000;
/** Longer than a lease lasts: others recover what it held, and then it goes on. */
const frozenMs = 12_000;

/** The exit code of one that cannot begin, since the database is away. */
const databaseAway = 75;

/** Three workers, each a process, and what happens to them. */
export interface Workforce {
  kills(): number;
  freezes(): number;
  /** What workers said that ended by themselves, and not because they could not reach the database at the start. */
  crashes(): readonly string[];
  /** Nothing happens to them any more. */
  calm(): void;
  /** Asks all to go. @returns their exit codes */
  end(): Promise<(number | null)[]>;
}

/** Keeps three workers at work; kills one of them every two seconds, and freezes one from time to time. */
export function workforce(args: readonly string[], random: () => number): Workforce {
  const children = new Map<number, ChildProcess>();
  /** Before a program has come to listen to signals, one ends it. */
  const begun = new Map<ChildProcess, Promise<unknown>>();
  const frozen = new Set<ChildProcess>();
  const crashes: string[] = [];
  let number = 0;
  let kills = 0;
  let freezes = 0;
  let ending = false;
  const hire = (place: number): void => {
    number += 1;
    const child = spawn(process.execPath, ["--conditions=@relais/source", program, ...args, `w${number}`], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.set(place, child);
    begun.set(child, Promise.race([once(child.stdout, "data"), once(child, "close")]));
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    child.once("close", (code) => {
      if (code !== null && code !== 0 && code !== databaseAway) crashes.push(`${code}: ${said}`);
      if (!ending) setTimeout(() => !ending && hire(place), 200);
    });
  };
  const somebody = (): ChildProcess | undefined => children.get(Math.floor(random() * hands.length));
  const thaw = (child: ChildProcess): void => {
    frozen.delete(child);
    child.kill("SIGCONT");
  };
  for (const place of hands) hire(place);
  const timers = [
    setInterval(() => {
      const child = somebody();
      if (child === undefined || frozen.has(child)) return;
      kills += 1;
      child.kill("SIGKILL");
    }, killEveryMs),
    setInterval(() => {
      const child = somebody();
      if (child === undefined || frozen.has(child)) return;
      freezes += 1;
      frozen.add(child);
      child.kill("SIGSTOP");
      setTimeout(() => thaw(child), frozenMs).unref();
    }, freezeEveryMs),
  ];
  return {
    kills: () => kills,
    freezes: () => freezes,
    crashes: () => crashes,
    calm() {
      for (const timer of timers) clearInterval(timer);
      for (const child of frozen) thaw(child);
    },
    async end() {
      ending = true;
      return Promise.all(
        [...children.values()].map(async (child) => {
          // Killed a moment ago, and not replaced any more.
          if (child.signalCode !== null) return 0;
          if (child.exitCode !== null) return child.exitCode;
          const closed = once(child, "close");
          await begun.get(child);
          child.kill("SIGTERM");
          return ((await closed) as [number | null])[0];
        }),
      );
    },
  };
}
