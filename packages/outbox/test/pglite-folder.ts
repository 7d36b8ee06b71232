import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { initDatabase } from "../src/database/pglite/durable.ts";

/**
 * A folder for PGlite, with the database that its first start makes: that takes seconds of a core, a copy does not.
 * @param folder @defaultValue a new one
 */
export async function pgliteFolder(folder = mkdtempSync(join(tmpdir(), "relais-pglite-"))): Promise<string> {
  const template = join(inject("templates"), "pglite");
  if (!existsSync(template)) {
    const own = `${template}-${process.pid}`;
    await initDatabase(own);
    try {
      renameSync(own, template);
    } catch {
      // Somebody else was there first.
      rmSync(own, { recursive: true });
    }
  }
  mkdirSync(folder, { recursive: true });
  cpSync(template, join(folder, "data"), { recursive: true });
  return folder;
}
