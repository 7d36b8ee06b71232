import { closeSync, fsyncSync, openSync } from "node:fs";
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
}

function syncFolder(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
