import { setImmediate as nextTurn } from "node:timers/promises";
import type { Notice, Notify } from "./notice.ts";
import { NoticeProblem, problemOf } from "./notice-problem.ts";

export interface GiverOptions {
  readonly notify: Notify;
  readonly timeoutMs: number;
  readonly onProblem: (problem: string) => unknown;
}

/** Gives notices one after the other, in their order, outside of whatever was going on when they came up. */
export interface Giver {
  give(notice: Notice): void;
  /** Resolves when nothing waits to be given. Never rejects. */
  idle(): Promise<void>;
}

/** Notices that may wait behind one that is being given. */
const maxWaiting = 100;

export function giver({ notify, timeoutMs, onProblem }: GiverOptions): Giver {
  const waiting: Notice[] = [];
  let giving: Promise<void> | undefined;

  const complain = (notice: Notice, problem: string): void => {
    const { type, chain, provider } = notice;
    try {
      const answer = onProblem(`The notice ${type} of ${provider} in ${chain} was not given: ${problem}.`);
      if (answer instanceof Promise) answer.catch(() => undefined);
    } catch {
      // There is nobody left to tell.
    }
  };

  const giveOne = async (notice: Notice): Promise<void> => {
    const stop = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const problem = new NoticeProblem(`it took more than ${timeoutMs} ms`);
        reject(problem);
        stop.abort(problem);
      }, timeoutMs);
    });
    try {
      await Promise.race([notify(notice, stop.signal), tooLong]);
    } catch (error) {
      complain(notice, problemOf(error));
    } finally {
      clearTimeout(timer);
    }
  };

  const giveAll = async (): Promise<void> => {
    await nextTurn();
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await giveOne(next);
    giving = undefined;
  };

  return {
    give(notice) {
      if (waiting.length >= maxWaiting) return complain(notice, `${maxWaiting} others are waiting`);
      waiting.push(notice);
      giving ??= giveAll();
    },
    idle: () => giving ?? Promise.resolve(),
  };
}
