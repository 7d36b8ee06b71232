import { PGlite, types } from "@electric-sql/pglite";
import type { DurableNodeFs } from "./durable-fs.ts";

/** As PGlite starts, with fsync, and with buffers fit for a guest in somebody's process. */
const startParams = PGlite.defaultStartParams
  .filter((one) => one !== "-F")
  .concat(["-c", "wal_sync_method=fsync", "-c", "shared_buffers=8MB"]);

/** What is not read as `pg` reads it: a number of 64 bits is text there, and bytes are a Buffer. */
const parsers = {
  [types.INT8]: (text: string): string => text,
  [types.BYTEA]: (text: string): Buffer => Buffer.from(text.slice(2), "hex"),
};

/**
 * Opens the database in a folder, or makes it, and looks whether a commit really reaches the disk.
 * @param folder the one of `fs`, for the sentence
 * @throws {Error} one sentence: it does not
 */
export async function durableClient(folder: string, fs: DurableNodeFs): Promise<PGlite> {
  const client = await PGlite.create({ fs, startParams, parsers });
  const [setting] = (await client.query<{ fsync: string }>("show fsync")).rows;
  const before = fs.syncs;
  await client.exec("create table if not exists public.relais_sync (n int); drop table public.relais_sync;");
  if (setting?.fsync !== "on" || fs.syncs === before) {
    await client.close();
    throw new Error(`The database in ${folder} would not survive a power cut: its writes are not synced.`);
  }
  return client;
}
