import fs from "node:fs";
import { open } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

type Told = (inode: number) => void;
const listeners = new Set<Told>();
const tell = (inode: number): void => {
  for (const told of listeners) told(inode);
};

// Node's own calls, which still do what they do: a simulated disk must not believe that something was synced because
// somebody says so.
const { fsyncSync } = fs;
fs.fsyncSync = (fd) => {
  fsyncSync(fd);
  tell(fs.fstatSync(fd).ino);
};
syncBuiltinESMExports();
const handle = await open(import.meta.filename);
const prototype = Object.getPrototypeOf(handle);
const { sync } = prototype;
prototype.sync = async function (this: typeof handle): Promise<void> {
  await sync.call(this);
  tell((await this.stat()).ino);
};
await handle.close();

/** Calls `told` with the inode of every file that this process really had synced, from now on. */
export function onRealSync(told: Told): void {
  listeners.add(told);
}
