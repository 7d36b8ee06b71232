import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Fence, fences, firstMissing, promised } from "./repo/markdown.ts";
import { isRegistryReachable, type Registry, registryWith } from "./repo/registry.ts";
import { root } from "./repo/root.ts";
import { run } from "./repo/run.ts";
import { workspaces } from "./repo/workspace.ts";

// What a reader does first: the page's install lines in an empty folder, and its first program as it stands there.

const reachable = await isRegistryReachable();
if (!reachable) console.warn("first example: the registry of npm cannot be reached; nothing was installed");

let registry: Registry;

const managers = {
  npm: ["npm"],
  pnpm: ["npm", "exec", "--yes", "--", "pnpm@12.21.0"],
} as const;
type Manager = keyof typeof managers;

const pages = ["README.md", ...workspaces("packages").map(({ folder }) => `${folder}/README.md`)];
/** Those that an application installs by itself; the client that two of them share says so in its first line. */
const read = pages.filter((page) => page !== "packages/http-client/README.md");
/** pnpm lets a program import what it names alone; npm is asked where peers might not agree. */
const twice = ["README.md", "packages/relais/README.md", "packages/nodemailer/README.md"];

/** What the page says before its first program, and the program. */
function beginning(page: string): { installs: string[]; program: Fence } {
  const all = fences(page);
  const at = all.findIndex(({ language, info }) => language === "ts" && info === "");
  const shell = all.slice(0, at).filter(({ language }) => language === "sh");
  const lines = shell.flatMap(({ code }) => code.split("\n"));
  const installs = lines.filter((line) => line.startsWith("npm install"));
  return { installs: installs.map((line) => line.replace(/#.*/, "").trim()), program: all[at] as Fence };
}

/** A program of ES modules as one of CommonJS: imports are `require`, and `await` stands in a function. */
function asCommonJs(code: string): string {
  const body = code.replaceAll(/^import (type )?([^;]*?) from ("[^"]+");.*$/gm, (_, type, names, from) => {
    if (type !== undefined) return "";
    const imported = names
      .replace(/^\* as /, "")
      .replaceAll(/\btype \w+,?/g, "")
      .replaceAll(" as ", ": ");
    return `const ${imported} = require(${from});`;
  });
  return `(async () => {\n${body}\n})();\n`;
}

async function installed(page: string, manager: Manager): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "relais-first-"));
  writeFileSync(
    join(folder, ".npmrc"),
    `registry=${registry.url}\naudit=false\nfund=false\nprefer-offline=true\n`,
  );
  for (const line of beginning(page).installs) {
    const [program, ...args] = [...managers[manager], ...line.split(/\s+/).slice(1)] as [string, ...string[]];
    const { code, said } = await run(program, args, { cwd: folder, timeoutMs: 100_000 });
    expect(code, `${line}\n${said}`).toBe(0);
  }
  return folder;
}

test.each(read)("%s begins with an install line", (page) => {
  expect(beginning(page).installs.length).toBeGreaterThan(0);
});

const rows = read.flatMap((page): [string, Manager][] =>
  twice.includes(page)
    ? [
        [page, "npm"],
        [page, "pnpm"],
      ]
    : [[page, "pnpm"]],
);

describe.skipIf(!reachable).concurrent("the first program runs as pasted", () => {
  beforeAll(async () => {
    expect(inject("buildErrors")).toBe("");
    registry = await registryWith(inject("tarballs"));
  });
  afterAll(() => registry?.close());

  test.each(rows)("%s, by %s: as ES module and as CommonJS, and it compiles", async (page, manager) => {
    const folder = await installed(page, manager);
    const { code } = beginning(page).program;
    // `npm init -y` makes every .js CommonJS, so the first line names the file.
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ ...manifest, type: "commonjs" }));
    const first = /^\/\/ (first\.\w+)\n/.exec(code)?.[1] ?? "first.js";
    const files = { [first]: code, "example.mts": code, "example.cts": asCommonJs(code) };
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    for (const file of [first, "example.cts"]) {
      const { code: exit, said, stdout } = await run(process.execPath, [file], { cwd: folder });
      expect(exit, `${file}: ${said}`).toBe(0);
      expect(firstMissing(stdout.split("\n"), promised(code)), `${file}: ${said}`).toBeUndefined();
    }
    // Of the front page, what is only shown compiles, too.
    const shown = page === "README.md" ? fences(page).filter((fence) => fence.info === "no-run") : [];
    const typed = shown
      .filter(({ language }) => language === "ts")
      .map((fence, n) => {
        writeFileSync(join(folder, `shown-${n}.mts`), fence.code);
        return `shown-${n}.mts`;
      });
    for (const strict of ["true", "false"]) {
      const types = ["--types", "node", "--typeRoots", join(root, "node_modules/@types"), "--skipLibCheck"];
      const how = ["--noEmit", "--module", "nodenext", "--target", "es2024", "--strict", strict];
      const tsc = join(root, "node_modules/.bin/tsc");
      const { code: exit, said } = await run(tsc, [...how, ...types, "example.mts", ...typed], {
        cwd: folder,
      });
      expect(exit, `strict ${strict}: ${said}`).toBe(0);
    }
  });
});
