import { renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { durableClient } from "./durable-client.ts";
import { DurableNodeFs, syncFolder } from "./durable-fs.ts";

/**
 * The first start: makes the database beside its place and then moves it there, so that a start that was cut short
 * leaves nothing that looks like a database. PGlite's initdb syncs nothing of some 970 files, and no checkpoint does
 * later: it is done here, before anybody relies on them. It takes some 4 s, once; a dump in the package to start from
 * would save two of them and cost every installation 4.7 MB.
 */
export async function makeDatabase(
  folder: string,
  fsAt: (path: string) => DurableNodeFs = (path) => new DurableNodeFs(path),
): Promise<void> {
  const half = `${folder}.new`;
  rmSync(half, { recursive: true, force: true });
  const fs = fsAt(half);
  await (await durableClient(half, fs)).close();
  await fs.syncAll();
  renameSync(half, folder);
  syncFolder(dirname(folder));
}
