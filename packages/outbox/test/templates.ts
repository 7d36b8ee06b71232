import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** A folder for what many test files of a run begin with. */
    templates: string;
  }
}

/** Before the tests over wires: a place for templates, gone after them. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "relais-templates-"));
  project.provide("templates", folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
