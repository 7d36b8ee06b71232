import { createRequire } from "node:module";
import type * as Sqlite from "node:sqlite";

/** Loaded by those who lock. Under Node 22 it warns that it is experimental, which is nothing for an operator. */
function sqlite(): typeof Sqlite {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    // Of Jest 30's two ways only the second finds it, of Jest 29's only the first.
    return process.getBuiltinModule("node:sqlite") ?? createRequire(process.execPath)("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}

/**
 * A lock that one process at a time can have, in the file `path.lock`. The operating system frees it when its holder
 * ends, however that comes about: nothing is left behind that would have to be cleared away.
 * @returns what frees it; `undefined` if another process has it
 */
export function processLock(path: string): (() => void) | undefined {
  const { DatabaseSync } = sqlite();
  const lock = new DatabaseSync(`${path}.lock`, { timeout: 0 });
  try {
    lock.exec("begin exclusive");
  } catch (error) {
    lock.close();
    if (!/locked/.test(error instanceof Error ? error.message : "")) throw error;
    return undefined;
  }
  return () => lock.close();
}
