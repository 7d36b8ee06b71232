import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesUnder } from "./repo/files-under.ts";
import { plugins } from "./repo/layer-rules.ts";
import { root } from "./repo/root.ts";
import { sourceGraph } from "./repo/source-graph.ts";
import { workspaces } from "./repo/workspace.ts";

const folders = workspaces("packages").map((one) => one.folder);
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const sources = folders.flatMap((folder) => filesUnder(`${folder}/src`, ".ts"));
const tests = [...folders.map((folder) => `${folder}/test`), "test"].flatMap((folder) =>
  filesUnder(folder, ".ts"),
);
const ours = [
  ...sources,
  ...tests.filter((path) => !path.startsWith("test/api/")),
  ...filesUnder("examples", ".ts"),
];

describe("files", () => {
  test("are found", () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(tests.length).toBeGreaterThan(50);
  });

  test("are named after their content, not after a category", () => {
    const drawer = /^(utils?|helpers?|common|shared|types?|misc|constants|interfaces)(\.ts|$)/;
    expect(ours.filter((path) => path.split("/").some((part) => drawer.test(part)))).toEqual([]);
  });

  test("are named in kebab case", () => {
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|wire|property|fuzz|system|long|test-d))*\.ts$/;
    expect(ours.filter((path) => !kebab.test(basename(path)))).toEqual([]);
  });
});

describe("exported names", () => {
  const names = folders.flatMap((folder) =>
    [...sourceGraph(folder).values()].flatMap(({ name, exports }) =>
      exports.map((exported) => ({ where: `${folder}/src/${name}`, exported })),
    ),
  );

  test("are found", () => expect(names.length).toBeGreaterThan(150));

  test("include no default export except a plugin's", () => {
    const doors = new Set(plugins.map((plugin) => `packages/${plugin}/src/index.ts`));
    const defaults = names.filter((one) => one.exported === "default").map((one) => one.where);
    expect(defaults.filter((where) => !doors.has(where))).toEqual([]);
    expect(defaults).not.toEqual([]);
  });
});

describe("no leftovers", () => {
  test("no test is marked only, skip or todo", () => {
    // Put together here, so that this file does not find itself.
    const left = new RegExp(
      `\\b(test|it|describe|suite)\\.(only|skip|todo)\\b|\\b(${["TO" + "DO", "FIX" + "ME"].join("|")})\\b`,
    );
    const found = ours.flatMap((path) =>
      read(path)
        .split("\n")
        .flatMap((line, i) => (left.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });
});
