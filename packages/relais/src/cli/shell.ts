import type { Readable, Writable } from "node:stream";
import type { Environment } from "../settings-reader.ts";

/** What a command sees of the world around it. */
export interface Shell {
  readonly env: Environment;
  readonly cwd: string;
  /** Writes a line to standard output. */
  out(line: string): void;
  /** Writes a line to standard error. */
  err(line: string): void;
  /**
   * The same for a log that is written for as long as the process lives: lines that nobody reads are dropped, and counted.
   * @param dropped the line that says how many
   * @defaultValue `out` and `err`
   */
  log?(dropped: (lines: number) => string): Pick<Shell, "out" | "err">;
  /** Standard input as a whole; `undefined` if it is a terminal. */
  stdin(): Promise<Buffer | undefined>;
  /** The terminal, if there is one: for what moves, and for questions. */
  readonly terminal?: { readonly input: Readable; readonly output: Writable } | undefined;
}
