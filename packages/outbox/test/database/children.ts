import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Ledger } from "./ledger-rows.ts";

const program = join(import.meta.dirname, "pglite-child.ts");

/** A process of its own with a folder open. */
export interface Child {
  readonly process: ChildProcess;
  /** What it has said so far, line by line: the ledger, then the mails that it committed. */
  lines(): readonly string[];
  /** Resolves once it has ended. @returns its exit code */
  readonly ended: Promise<number | null>;
}

export function child(folder: string, what: "write" | "read"): Child {
  // Nobody lives long enough here for V8 to compile WebAssembly twice, the second time well.
  const args = ["--conditions=@relais/source", "--liftoff-only", program, folder, what];
  const process_ = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  process_.stdout.on("data", (chunk) => {
    said += chunk;
  });
  // The last line counts if it was ended: one that was cut off was not told.
  const lines = (): string[] => said.split("\n").slice(0, -1);
  const ended = once(process_, "close").then(([code]) => code as number | null);
  return { process: process_, lines, ended };
}

/** What a process of its own finds in a folder; `undefined` if it cannot open it, or falls over what is in it. */
export async function found(folder: string): Promise<Ledger | undefined> {
  const reader = child(folder, "read");
  const [line = ""] = ((await reader.ended) === 0 && reader.lines()) || [];
  return line === "" ? undefined : (JSON.parse(line) as Ledger);
}
