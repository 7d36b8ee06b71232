import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a child process said, and how it ended. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly tookMs: number;
}

/** Runs a program in a Node of its own. */
export function child(program: string): Promise<Ended> {
  const began = performance.now();
  return new Promise((resolve) => {
    const running = execFile(
      process.execPath,
      ["--conditions=@relais/source", "--input-type=module-typescript", "-e", program],
      {
        cwd: fileURLToPath(new URL("..", import.meta.url)),
        timeout: 20_000,
        env: { PATH: process.env.PATH ?? "" },
      },
      (_, stdout, stderr) =>
        resolve({ stdout, stderr, code: running.exitCode, tookMs: performance.now() - began }),
    );
  });
}
