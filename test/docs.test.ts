import { existsSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { anchors, type Fence, fences, firstMissing, links, page, pages, promised } from "./repo/markdown.ts";
import { root } from "./repo/root.ts";
import { program } from "./repo/run.ts";
import { lendDependencies, writeScratch } from "./repo/scratch.ts";
import { shellCommands } from "./repo/shell-commands.ts";
import { typeErrors } from "./repo/type-check.ts";
import { manifestAt, workspaces } from "./repo/workspace.ts";

const all = pages().flatMap((file) => fences(file));
const scratch = ".test-results/fences";

/** `packages/ses/README-17.ts`: beside a link to the dependencies of packages/ses. */
const nameOf = ({ file, line, language }: Fence): string =>
  `${file.replace(/\.md$/, "")}-${line}.${language === "js" ? "mjs" : "ts"}`;
const titled = (some: readonly Fence[]) => some.map((one) => ({ ...one, title: `${one.file}:${one.line}` }));

const code = all.filter((one) => one.language === "ts" || one.language === "js");
const runs = titled(code.filter((one) => one.info !== "no-run"));
const typed = titled(code.filter((one) => one.language === "ts"));
const shell = titled(all.filter((one) => one.language === "sh"));

test("pages and programs are found", () => {
  expect(pages().length).toBeGreaterThan(5);
  expect(runs.length).toBeGreaterThan(5);
  expect(typed.length).toBeGreaterThan(5);
});

test("every fence has a language and an info word that this test knows", () => {
  const unknown = all.filter(
    ({ language, info }) =>
      /^(typescript|javascript|mjs|mts|bash|shell|console)$/.test(language) || !["", "no-run"].includes(info),
  );
  expect(unknown.map((one) => `${one.file}:${one.line} ${one.language} ${one.info}`)).toEqual([]);
});

describe.concurrent("every program", () => {
  let complaints = "";

  beforeAll(async () => {
    writeScratch(scratch, Object.fromEntries(code.map((one) => [nameOf(one), one.code])));
    for (const { folder } of [...workspaces("packages"), ...workspaces("examples")])
      lendDependencies(folder, `${scratch}/${folder}`);
    complaints = await typeErrors(scratch);
  });

  test.each(typed)("of $title type-checks", (fence) => {
    const own = complaints.split("\n").filter((line) => line.includes(nameOf(fence)));
    expect(own).toEqual([]);
  });

  test("has the only type errors", () => {
    const others = complaints
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith(scratch) && !line.startsWith(" "));
    expect(others).toEqual([]);
  });

  test.each(runs)("of $title runs, and prints the promised lines", async (fence) => {
    const { code: exit, said, stdout } = await program(`${scratch}/${nameOf(fence)}`, { timeoutMs: 60_000 });
    expect(exit, said).toBe(0);
    const missing = firstMissing(stdout.split("\n"), promised(fence.code));
    expect(missing, `not in what it printed:\n${said}`).toBeUndefined();
  });
});

describe("every command", () => {
  const known = [
    "npm",
    "pnpm",
    "npx",
    "node",
    "git",
    "cd",
    "cp",
    "curl",
    "kubectl",
    "docker",
    "export",
    "relais",
  ];
  const npmOwn = /^(install|i|ci|add|exec|pack|publish|version|-[-\w]+)$/;
  const scripts = { ...manifestAt(".").scripts };

  test("is checked against existing scripts", () => expect(Object.keys(scripts)).toContain("test"));

  test.each(shell)("of $title exists", ({ code: text }) => {
    for (const [first = "", second = "", third = ""] of shellCommands(text)) {
      expect(known).toContain(first);
      if (first !== "npm" && first !== "pnpm") continue;
      const script = second === "run" ? third : second;
      if (second === "run" || !npmOwn.test(second)) expect(Object.keys(scripts)).toContain(script);
    }
  });
});

describe("every link", () => {
  test.each(pages().map((file) => ({ file })))("of $file has a target", ({ file }) => {
    const broken = links(page(file)).filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [path = "", anchor] = link.split("#");
      const goal = path === "" ? file : posix.join(dirname(file), path);
      if (!existsSync(join(root, goal))) return true;
      return anchor !== undefined && goal.endsWith(".md") && !anchors(page(goal)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

describe("the page parser", () => {
  const text = [
    "# One: *two* `three`",
    "",
    "1. in a list [a](a.md#x) `[no](no.md)`",
    "   ```ts no-run",
    "   const b = 1; // → one",
    "   // → t…o",
    "   ```",
    "[c]: c.md",
  ].join("\n");

  test("finds fences with their line, info words and promised output", () => {
    expect(fences("p.md", text)).toEqual([
      { file: "p.md", line: 5, language: "ts", info: "no-run", code: "const b = 1; // → one\n// → t…o\n" },
    ]);
    expect(promised(fences("p.md", text)[0]!.code)).toEqual(["one", "t…o"]);
    expect(links(text)).toEqual(["a.md#x", "c.md"]);
    expect(anchors(text)).toEqual(["one-two-three"]);
  });

  test("requires promised lines complete and in order", () => {
    expect(firstMissing(["one", " two "], ["one", "t…o"])).toBeUndefined();
    expect(firstMissing(["two", "one"], ["one", "t…o"])).toBe("t…o");
    expect(firstMissing(["one!"], ["one"])).toBe("one");
  });

  test("splits shell lines into commands", () => {
    const lines = "# no\n$ A=b npm test && cd x # why\ncurl -d '{\n}' url\nnode a \\\n  b\n";
    expect(shellCommands(lines).map((words) => words.slice(0, 2))).toEqual([
      ["npm", "test"],
      ["cd", "x"],
      ["curl", "-d"],
      ["node", "a"],
    ]);
  });
});
