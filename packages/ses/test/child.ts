import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a child process said, and how it ended. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly tookMs: number;
}

/** Runs a program in a Node of its own, with nothing of AWS in its environment and an empty home. */
export function child(program: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const home = mkdtempSync(join(tmpdir(), "relais-ses-"));
  const folder = fileURLToPath(new URL("..", import.meta.url));
  const began = performance.now();
  return new Promise((resolve) => {
    const running = execFile(
      process.execPath,
      ["--conditions=@relais/source", "--input-type=module-typescript", "-e", program],
      {
        cwd: folder,
        timeout: 20_000,
        env: { PATH: process.env.PATH ?? "", HOME: home, AWS_EC2_METADATA_DISABLED: "true", ...env },
      },
      (_, stdout, stderr) => {
        rmSync(home, { recursive: true });
        resolve({ stdout, stderr, code: running.exitCode, tookMs: performance.now() - began });
      },
    );
  });
}

/** The beginning of such a program: a message and a context. */
export const prelude = `
import { createMessage } from "@relais/core/spi";
import { ses } from "@relais/ses";
const message = await createMessage({ from: "ann@example.com", to: "bob@example.org", text: "Hello" });
const context = { envelope: message.envelope, signal: new AbortController().signal, handOver: async () => { handOvers += 1; } };
let handOvers = 0;
const show = (value: unknown) => console.log(JSON.stringify(value));
`;
