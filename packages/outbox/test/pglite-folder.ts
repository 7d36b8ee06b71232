import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOutbox } from "@relais/outbox";
import { inject } from "vitest";

/**
 * A folder for PGlite, with the database and the tables that its first start makes: that takes seconds of a core, a
 * copy does not.
 * @param folder @defaultValue a new one
 */
export async function pgliteFolder(folder = mkdtempSync(join(tmpdir(), "relais-pglite-"))): Promise<string> {
  const template = join(inject("templates"), "pglite");
  if (!existsSync(template)) {
    const own = `${template}-${process.pid}`;
    await (await createOutbox({ folder: own })).close();
    try {
      renameSync(own, template);
    } catch {
      // Somebody else was there first.
      rmSync(own, { recursive: true });
    }
  }
  mkdirSync(folder, { recursive: true });
  cpSync(join(template, "data"), join(folder, "data"), { recursive: true });
  return folder;
}
