import type { TestProject } from "vitest/node";
import { tool } from "./run.ts";
import { workspaces } from "./workspace.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** What tsc has against the packages; empty if dist is what src says. */
    buildErrors: string;
  }
}

/** Before the repository's tests: builds the packages, and leaves it to the tests that need dist to complain. */
export async function setup(project: TestProject): Promise<void> {
  const { code, said } = await tool("tsc", "-b", ...workspaces("packages").map((one) => one.folder));
  project.provide("buildErrors", code === 0 ? "" : said);
}
