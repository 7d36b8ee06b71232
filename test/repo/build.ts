import type { TestProject } from "vitest/node";
import { tool } from "./run.ts";
import { workspaces } from "./workspace.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** What tsc, and for the long tests tsdown, has against the packages; empty if dist is what src says. */
    buildErrors: string;
  }
}

/** Before the repository's tests: checks the types of the packages, builds dist for those that need it, and leaves it to the tests that need dist to complain. */
export async function setup(project: TestProject): Promise<void> {
  const checked = await tool("tsc", "-b", ...workspaces("packages").map((one) => one.folder));
  const { code, said } = checked.code === 0 && project.name === "long" ? await tool("tsdown") : checked;
  project.provide("buildErrors", code === 0 ? "" : said);
}
