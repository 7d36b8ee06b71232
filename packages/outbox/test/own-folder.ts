import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A temporary folder of this process, named after it. */
export const ownFolder = (what: "pg" | "templates"): string =>
  mkdtempSync(join(tmpdir(), `relais-${what}-${process.pid}-`));

/**
 * Removes the folders of processes that are gone: of runs that were killed. A PostgreSQL that such a run left behind
 * misses its folder within a minute, and ends by itself.
 */
export function sweepFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^relais-(?:pg|templates)-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Somebody else's, or another run removes it at this moment.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
