import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { isRegistryReachable, type Registry, registryWith } from "./repo/registry.ts";
import { root } from "./repo/root.ts";
import { run } from "./repo/run.ts";
import { type Place, place, rows, tools, worksWithPage } from "./repo/works-with.ts";
import { workspaces } from "./repo/workspace.ts";

const reachable = await isRegistryReachable();
if (!reachable) console.warn("works-with: the registry of npm cannot be reached; no row was run");

let registry: Registry;
let at: Place;
const installs = new Map<string, Promise<void>>();

async function install(folder: string, packages: readonly string[]): Promise<void> {
  const cwd = join(at.folder, folder);
  mkdirSync(cwd, { recursive: true });
  const quiet = "audit=false\nfund=false\nprefer-offline=true\n";
  writeFileSync(join(cwd, ".npmrc"), `registry=${registry.url}\n${quiet}`);
  writeFileSync(join(cwd, "package.json"), JSON.stringify({ name: "works-with", private: true }));
  const { code, said } = await run("npm", ["install", ...packages], { cwd, timeoutMs: 200_000 });
  expect(code, said).toBe(0);
}

describe.skipIf(!reachable)("works with", () => {
  beforeAll(async () => {
    expect(inject("buildErrors")).toBe("");
    registry = await registryWith(inject("tarballs"));
    const folder = mkdtempSync(join(tmpdir(), "relais-works-with-"));
    at = await place(folder, (below, ...packages) => {
      const known = installs.get(below) ?? install(below, packages);
      installs.set(below, known);
      return known;
    });
    await at.install(
      ".",
      ...workspaces("packages").map(({ manifest }) => manifest.name),
      "nodemailer",
      ...tools,
    );
  }, 300_000);
  afterAll(async () => {
    await at?.close();
    registry?.close();
  });

  describe.concurrent("row", () => {
    test.each(rows)("$group: $where, $versions", (row) => row.run(at), 300_000);
  });

  test("npm run works-with writes the page", () => {
    if (process.env.UPDATE_API === undefined) return;
    writeFileSync(join(root, "docs/works-with.md"), worksWithPage(new Date().toISOString().slice(0, 10)));
  });
});
