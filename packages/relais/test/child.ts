import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Settings } from "./environment/settings.ts";

/** What a child process said, and how it ended. */
export interface Ended {
  /** Every line of standard output, read as JSON. */
  readonly said: readonly unknown[];
  readonly stderr: string;
  /** Null if it had to be killed. */
  readonly code: number | null;
}

/**
 * Runs a program in a Node of its own, with this environment and an empty home.
 * @param ca a certificate it is to trust besides the usual ones
 */
export function child(program: string, env: Settings, ca?: string): Promise<Ended> {
  const home = mkdtempSync(join(tmpdir(), "relais-child-"));
  const trust = join(home, "ca.pem");
  if (ca !== undefined) writeFileSync(trust, ca);
  const fixed = { PATH: process.env.PATH ?? "", HOME: home, AWS_EC2_METADATA_DISABLED: "true" };
  return new Promise((resolve) => {
    const running = execFile(
      process.execPath,
      ["--conditions=@relais/source", "--input-type=module-typescript", "-e", program],
      {
        cwd: import.meta.dirname,
        timeout: 20_000,
        killSignal: "SIGKILL",
        env: { ...fixed, ...(ca === undefined ? {} : { NODE_EXTRA_CA_CERTS: trust }), ...env },
      },
      (_, stdout, stderr) => {
        rmSync(home, { recursive: true });
        const lines = stdout.split("\n").filter((line) => line !== "");
        resolve({ said: lines.map((line) => JSON.parse(line)), stderr, code: running.exitCode });
      },
    );
  });
}
