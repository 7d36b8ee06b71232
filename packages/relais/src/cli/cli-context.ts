import type { Readable, Writable } from "node:stream";
import type { Command } from "commander";

/** What a command sees of the process and the terminal. */
export interface CliContext {
  /** The process's own: files of variables are read into it, as Node.js does with `--env-file`. */
  readonly env: Record<string, string | undefined>;
  /** The files that were read into it. */
  envFiles?: readonly string[];
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
  log?(dropped: (lines: number) => string): Pick<CliContext, "out" | "err">;
  /** Standard input as a whole; `undefined` if it is a terminal. */
  stdin(): Promise<Buffer | undefined>;
  /** The terminal, if there is one: for progress, and for questions. */
  readonly terminal?: { readonly input: Readable; readonly output: Writable } | undefined;
}

/** What the command `relais` exits with. */
export const exitCodes = {
  /** Done; delivered to all recipients; all providers would take mail. */
  ok: 0,
  /** Not delivered; a provider would not take mail; the database of the outbox failed. */
  failed: 1,
  /** The command line, the configuration or the message is wrong; nothing was sent. */
  usage: 2,
  /** Nobody knows whether it was delivered: think before sending it again. */
  unknown: 3,
  /** Delivered to some recipients and not to others. */
  partial: 4,
  /** EX_TEMPFAIL of sysexits.h: a mail server that runs the command keeps the mail, and tries again. */
  tryAgain: 75,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Makes a command's action out of a function that resolves with the exit code. */
export type ActionOf = <Args extends readonly unknown[]>(
  run: (...args: Args) => ExitCode | Promise<ExitCode>,
) => (...args: Args) => Promise<void>;

/**
 * Adds a command to the program: its flags, its help, its action. What only the action needs it imports when it runs:
 * explaining a reply needs no mail library.
 */
export type AddCommand = (program: Command, context: CliContext, action: ActionOf) => void;

/** A sentence, with its full stop unless it ends with a question. */
export const sentence = (text: string): string => (text.endsWith("?") ? text : `${text}.`);

/** Prints what is wrong: a sentence a line, or JSON with `--json`. */
export function printProblems(
  { out, err }: Pick<CliContext, "out" | "err">,
  { json }: { readonly json?: boolean },
  problems: readonly string[],
  code: ExitCode = exitCodes.usage,
): ExitCode {
  if (json) out(JSON.stringify({ error: { code, problems } }));
  else for (const problem of problems) err(problem);
  return code;
}
