import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PGlite, types } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";

/**
 * PGlite's own parameters, with fsync, and with buffers of a size for a part of another process. The timer that logs how
 * long a recovery takes is off: nothing ends it here, and a process that does not close the database would never end.
 */
const startParams = PGlite.defaultStartParams
  .filter((one) => one !== "-F")
  .concat(
    ["wal_sync_method=fsync", "shared_buffers=8MB", "log_startup_progress_interval=0"].flatMap((one) => [
      "-c",
      one,
    ]),
  );

/** Where PGlite reads a column in another way than `pg`: a number of 64 bits is text there, and bytes are a Buffer. */
const parsers = {
  [types.INT8]: (text: string): string => text,
  [types.BYTEA]: (text: string): Buffer => Buffer.from(text.slice(2), "hex"),
};

/**
 * Opens or makes the database in a folder, and checks that a commit reaches the disk.
 * @param folder the one of `fs`, for the error
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

/**
 * The first start: makes the database beside its place and then moves it there, so that an interrupted start leaves
 * nothing that looks like a database. PGlite's initdb syncs none of some 970 files, and no checkpoint does later, so it
 * is done here. It takes some 4 s, once; a dump in the package to start from would save two of them and cost every
 * installation 4.7 MB.
 */
export async function initDatabase(
  folder: string,
  fsAt: (path: string) => DurableNodeFs = (path) => new DurableNodeFs(path),
): Promise<void> {
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  const fs = fsAt(unfinished);
  await (await durableClient(unfinished, fs)).close();
  await fs.syncAll();
  renameSync(unfinished, folder);
  syncFolder(dirname(folder));
}

/** The part of Emscripten's file system over Node's that is changed. */
interface NodeFsModule {
  readonly NODEFS: {
    realPath(node: unknown): string;
    readonly stream_ops: { fsync?: (stream: { readonly nfd?: number; readonly node: unknown }) => number };
  };
}

/**
 * PGlite's file system over Node's, with fsync: as shipped it has none, and a power cut loses what is not written. It
 * uses undocumented parts, so the version is pinned, and `durableClient` checks that `syncs` counts. Timers of PGlite do not
 * keep the process: a script that does not close the database ends as soon as nothing is under way.
 */
export class DurableNodeFs extends NodeFS {
  /** How many fsyncs there were. */
  syncs = 0;

  override async init(...args: Parameters<NodeFS["init"]>): ReturnType<NodeFS["init"]> {
    const made = await super.init(...args);
    const { preRun: before = [], instantiateWasm } = made.emscriptenOpts;
    const addSync = (module: unknown): void => {
      const { NODEFS } = module as NodeFsModule;
      NODEFS.stream_ops.fsync = ({ nfd, node }) => {
        this.syncs += 1;
        if (nfd === undefined) syncFolder(NODEFS.realPath(node));
        else fsyncSync(nfd);
        return 0;
      };
    };
    const withUnref = (imports: unknown, done: unknown): unknown => {
      const { env } = imports as { env: { _setitimer_js(which: number, ms: number): number } };
      const setTimer = env._setitimer_js;
      env._setitimer_js = (which, ms) => withUnrefTimers(() => setTimer(which, ms));
      return instantiateWasm(imports, done);
    };
    return {
      emscriptenOpts: {
        ...made.emscriptenOpts,
        preRun: [...[before].flat(), addSync],
        instantiateWasm: withUnref,
      },
    } as typeof made;
  }

  /** Syncs every file and folder there is, whoever wrote it. */
  async syncAll(folder: string = this.rootDir): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true });
    // In parallel: the disk takes many at once.
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

/** Runs something synchronous whose timers are not to keep the process; it does not hand them out. */
function withUnrefTimers<T>(run: () => T): T {
  const original = globalThis.setTimeout;
  const unref = ((...timer: Parameters<typeof setTimeout>) =>
    original(...timer).unref()) as typeof setTimeout;
  globalThis.setTimeout = unref;
  try {
    return run();
  } finally {
    globalThis.setTimeout = original;
  }
}

/** Syncs the names in a folder: what was made, moved or removed in it. */
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
