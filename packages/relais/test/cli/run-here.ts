import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../../src/cli/program.ts";

/** What a command said, and how it ended. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, in an empty folder unless told otherwise. */
export async function runHere(
  args: readonly string[],
  more: { readonly env?: Record<string, string>; readonly cwd?: string; readonly stdin?: string } = {},
): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runProgram(args, "0.0.0-test", {
    env: more.env ?? {},
    cwd: more.cwd ?? mkdtempSync(join(tmpdir(), "relais-cli-")),
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    stdin: async () => more.stdin,
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}
