import { closeSync, fsyncSync, openSync } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { NodeFS } from "@electric-sql/pglite/nodefs";

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
