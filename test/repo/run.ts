import { execFile } from "node:child_process";
import { root } from "./root.ts";

export interface Ran {
  /** 0 is well; -1 if it was killed or never began. */
  readonly code: number;
  /** What it said, on both streams. */
  readonly said: string;
  readonly stdout: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly timeoutMs?: number;
  /** On top of a quiet environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end, from the root unless told otherwise; never rejects. */
export function run(
  program: string,
  args: readonly string[],
  { cwd = root, timeoutMs = 100_000, env: own = {} }: RunOptions = {},
): Promise<Ran> {
  const env = { ...quietEnvironment(), NO_COLOR: "1", AWS_EC2_METADATA_DISABLED: "true", ...own };
  return new Promise((resolve) => {
    const options = { cwd, env, timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: 64 << 20 } as const;
    const child = execFile(program, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      const why =
        code === -1 ? `\n${program}: ${error?.killed ? `killed after ${timeoutMs} ms` : error}` : "";
      resolve({ code, said: `${stdout}${stderr}${why}`, stdout });
    });
    child.stdin?.end();
  });
}

/** Without what makes a child think that it is a vitest worker, colour what a test reads, or send real mail. */
function quietEnvironment(): Record<string, string | undefined> {
  const meant = /^(VITEST.*|NODE_OPTIONS|FORCE_COLOR|(AWS|SMTP|SES|RELAIS)_.*)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !meant.test(name)));
}

/** Runs a tool of the repository (`biome`, `tsc`) from node_modules/.bin. */
export function tool(name: string, ...args: string[]): Promise<Ran> {
  return run(`${root}/node_modules/.bin/${name}`, args);
}

/** Runs a TypeScript file from source, under the Node that runs the tests. */
export function program(file: string, options: { cwd?: string; timeoutMs: number }): Promise<Ran> {
  return run(process.execPath, ["--conditions=@relais/source", file], options);
}
