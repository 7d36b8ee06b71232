import type { TestProject } from "vitest/node";
import { run, tool } from "./run.ts";
import { emptied } from "./scratch.ts";
import { workspaces } from "./workspace.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** What tsc, and for the long tests tsdown, has against the packages; empty if dist is what src says. */
    buildErrors: string;
    /** Where the packed packages lie; for the long tests alone. */
    tarballs: string;
  }
}

/** Before the repository's tests: checks the types of the packages, builds dist for those that need it, and leaves it to the tests that need dist to complain. */
export async function setup(project: TestProject): Promise<void> {
  const checked = await tool("tsc", "-b", ...workspaces("packages").map((one) => one.folder));
  const { code, said } = checked.code === 0 && project.name === "long" ? await tool("tsdown") : checked;
  project.provide("buildErrors", code === 0 ? "" : said);
  if (project.name !== "long" || code !== 0) return;
  const tarballs = emptied(".test-results/tarballs");
  const pack = ["-r", "--filter", "./packages/*", "pack", "--pack-destination", tarballs];
  const packed = await run("npm", ["exec", "--yes", "--", "pnpm@12.21.0", ...pack]);
  if (packed.code !== 0) throw new Error(packed.said);
  project.provide("tarballs", tarballs);
}
