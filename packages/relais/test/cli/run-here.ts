import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CliContext } from "../../src/cli/cli-context.ts";
import { runProgram } from "../../src/cli/program.ts";

/** What a command said, and how it ended. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, in an empty folder unless told otherwise. */
export async function runHere(
  args: readonly string[],
  more: {
    readonly env?: Record<string, string>;
    readonly cwd?: string;
    readonly stdin?: string | Buffer;
    readonly terminal?: CliContext["terminal"];
  } = {},
): Promise<CommandResult> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runProgram(args, "0.0.0-test", {
    env: more.env ?? {},
    cwd: more.cwd ?? mkdtempSync(join(tmpdir(), "relais-cli-")),
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    terminal: more.terminal,
    stdin: async () => (more.stdin === undefined ? undefined : Buffer.from(more.stdin)),
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}
