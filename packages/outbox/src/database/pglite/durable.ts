import { closeSync, fsyncSync, openSync } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { PGlite, types } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";

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

/** What of Emscripten's file system over Node's is reached into. */
interface NodeFsModule {
  readonly NODEFS: {
    realPath(node: unknown): string;
    readonly stream_ops: { fsync?: (stream: { readonly nfd?: number; readonly node: unknown }) => number };
  };
}

/**
 * PGlite's file system over Node's, with fsync: as it is shipped it has none, and what a power cut finds unwritten is
 * lost. It reaches into what is not documented, so the version is pinned, and whoever opens a database looks whether
 * `syncs` counts.
 */
export class DurableNodeFs extends NodeFS {
  /** How often the disk was asked to keep what it had been given. */
  syncs = 0;

  override async init(...args: Parameters<NodeFS["init"]>): ReturnType<NodeFS["init"]> {
    const made = await super.init(...args);
    const before = made.emscriptenOpts.preRun ?? [];
    const addSync = (module: unknown): void => {
      const { NODEFS } = module as NodeFsModule;
      NODEFS.stream_ops.fsync = ({ nfd, node }) => {
        this.syncs += 1;
        if (nfd === undefined) syncFolder(NODEFS.realPath(node));
        else fsyncSync(nfd);
        return 0;
      };
    };
    return {
      emscriptenOpts: { ...made.emscriptenOpts, preRun: [...[before].flat(), addSync] },
    } as typeof made;
  }

  /** Makes the disk keep every file and folder there is, whoever wrote it. */
  async syncAll(folder: string = this.rootDir): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true });
    // Side by side: the disk takes many in one go.
    await Promise.all(
      entries.map((entry) => {
        const path = join(folder, entry.name);
        return entry.isDirectory() ? this.syncAll(path) : this.syncFile(path);
      }),
    );
    syncFolder(folder);
  }

  protected async syncFile(path: string): Promise<void> {
    // Windows syncs only what is open for writing.
    const file = await open(path, "r+");
    await file.sync().finally(() => file.close());
  }
}

/** Makes the disk keep the names in a folder: what was made, moved or removed in it. */
export function syncFolder(path: string): void {
  // Windows opens no folders, and keeps their names by itself.
  if (process.platform === "win32") return;
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
