import { closeSync, cpSync, fstatSync, openSync, readdirSync, readSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { NodeFS } from "@electric-sql/pglite/nodefs";
import { DurableNodeFs } from "../../src/database/pglite/durable.ts";
import { onRealSync } from "./real-syncs.ts";

/** A piece of a file that was written and not yet synced. */
interface Piece {
  readonly at: number;
  readonly was: Uint8Array;
  readonly is: Uint8Array;
}

interface Stream {
  readonly nfd: number;
}

interface Attributes {
  readonly size?: number;
}

interface NodeFsModule {
  readonly NODEFS: {
    readonly node_ops: {
      mknod(parent: unknown, name: string, mode: number, dev: number): unknown;
      setattr(node: unknown, attributes: Attributes): void;
    };
    readonly stream_ops: {
      write(stream: Stream, buffer: Int8Array, offset: number, length: number, position: number): number;
      setattr(stream: Stream, attributes: Attributes): void;
    };
    realPath(node: unknown): string;
  };
}

/** A disk writes whole blocks, not whole pages of 8 KB. */
const blockBytes = 4_096;

/**
 * A file system whose power can be cut. Every block written since the last fsync of its file is on the disk or not, as
 * chance has it; names and lengths of files are taken to be kept, in order.
 */
export class PowerCutFs extends DurableNodeFs {
  writes = 0;
  readonly #folder: string;
  readonly #withSync: boolean;
  readonly #unsynced = new Map<number, Piece[]>();
  #atWrite = Number.POSITIVE_INFINITY;
  #cut: () => void = () => undefined;

  /** @param withSync false: as PGlite is shipped, which never syncs */
  constructor(folder: string, withSync: boolean) {
    super(folder);
    this.#folder = folder;
    this.#withSync = withSync;
    onRealSync((inode) => this.#unsynced.delete(inode));
  }

  /** Runs `cut` right before the write that comes `writes` writes from now, in the middle of whatever it is part of. */
  cutAfter(writes: number, cut: () => void): void {
    this.#atWrite = this.writes + writes;
    this.#cut = cut;
  }

  /** What is on the disk if the power goes now, as a copy. @param folder where it is now, if it was moved. @returns how many blocks were lost */
  diskTo(copy: string, random: () => number, folder: string = this.#folder): number {
    cpSync(folder, copy, { recursive: true });
    let lost = 0;
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      const pieces = this.#unsynced.get(statSync(join(folder, name)).ino) ?? [];
      if (pieces.length === 0) continue;
      const kept = pieces.filter(() => random() < 0.5);
      lost += pieces.length - kept.length;
      const file = openSync(join(copy, name), "r+");
      for (const { at, was } of pieces.toReversed()) writeSync(file, was, 0, was.length, at);
      for (const { at, is } of kept) writeSync(file, is, 0, is.length, at);
      closeSync(file);
    }
    return lost;
  }

  override async init(...args: Parameters<NodeFS["init"]>): ReturnType<NodeFS["init"]> {
    const made = await (this.#withSync ? super.init(...args) : NodeFS.prototype.init.apply(this, args));
    const record = (module: unknown): void => this.#record((module as NodeFsModule).NODEFS);
    return {
      emscriptenOpts: { ...made.emscriptenOpts, preRun: [...[made.emscriptenOpts.preRun].flat(), record] },
    } as typeof made;
  }

  #record(ops: NodeFsModule["NODEFS"]): void {
    const { mknod, setattr: setNode } = ops.node_ops;
    const { write, setattr: setStream } = ops.stream_ops;
    ops.node_ops.mknod = (...args) => {
      const node = mknod(...args);
      // An inode comes again when the file that had it is gone.
      this.#unsynced.delete(statSync(ops.realPath(node)).ino);
      return node;
    };
    ops.node_ops.setattr = (node, attributes) => {
      setNode(node, attributes);
      this.#shorten(statSync(ops.realPath(node)).ino, attributes.size);
    };
    ops.stream_ops.setattr = (stream, attributes) => {
      setStream(stream, attributes);
      this.#shorten(fstatSync(stream.nfd).ino, attributes.size);
    };
    ops.stream_ops.write = (stream, buffer, offset, length, position) => {
      if (this.writes === this.#atWrite) this.#cut();
      this.writes += 1;
      this.#note(stream.nfd, new Uint8Array(buffer.buffer as ArrayBuffer, offset, length), position);
      return write(stream, buffer, offset, length, position);
    };
  }

  #note(fd: number, bytes: Uint8Array, position: number): void {
    const { ino } = fstatSync(fd);
    const pieces = this.#unsynced.get(ino) ?? [];
    this.#unsynced.set(ino, pieces);
    // By a descriptor of our own: that of the writer may not be for reading.
    const reader = openSync(`/proc/self/fd/${fd}`, "r");
    for (let from = 0; from < bytes.length; ) {
      const at = position + from;
      const is = bytes.slice(from, from + blockBytes - (at % blockBytes));
      const was = new Uint8Array(is.length);
      readSync(reader, was, 0, was.length, at);
      pieces.push({ at, was, is });
      from += is.length;
    }
    closeSync(reader);
  }

  #shorten(ino: number, size: number | undefined): void {
    const pieces = this.#unsynced.get(ino);
    if (pieces === undefined || size === undefined) return;
    const rest = pieces.flatMap(({ at, was, is }) =>
      at >= size ? [] : [{ at, was: was.slice(0, size - at), is: is.slice(0, size - at) }],
    );
    this.#unsynced.set(ino, rest);
  }
}
