import { describe, expect, test } from "vitest";
import { folderLayers, onlyIn, packageRules, policyParts, typeCycles } from "./repo/layer-rules.ts";
import { moduleSyntax } from "./repo/module-syntax.ts";
import { cycles, neighbours, reach, sourceGraph } from "./repo/source-graph.ts";
import { workspaces } from "./repo/workspace.ts";

const packages = workspaces("packages").map((one) => ({
  ...one,
  short: one.folder.slice("packages/".length),
}));
const core = sourceGraph("packages/core");

/** `@aws-sdk/client-ses/x` -> `@aws-sdk/client-ses`. */
const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

const allows = (rule: string, specifier: string): boolean =>
  rule === "*" || (rule.endsWith("/*") && specifier.startsWith(rule.slice(0, -1))) || rule === specifier;

const outside = packages.flatMap(({ folder, short, manifest }) =>
  [...sourceGraph(folder).values()].flatMap(({ name, imports }) =>
    imports
      .filter((one) => !one.specifier.startsWith("."))
      .map(({ specifier }) => ({ short, manifest, file: `${short}/src/${name}`, specifier })),
  ),
);
const foreign = outside.filter((one) => !one.specifier.startsWith("node:"));

describe("packages", () => {
  test("imports are found", () => {
    expect(packages.length).toBeGreaterThan(5);
    expect(packages.map((one) => one.short).sort()).toEqual(Object.keys(packageRules).sort());
    for (const { folder } of packages) {
      const imports = [...sourceGraph(folder).values()].flatMap((one) => one.imports);
      expect(imports.length, folder).toBeGreaterThan(3);
    }
    expect(foreign.length).toBeGreaterThan(30);
    for (const library of Object.keys(onlyIn)) expect(foreign.map((one) => one.specifier)).toContain(library);
  });

  test("each package imports only what its layer may", () => {
    const wrong = foreign.filter(({ short, specifier }) => {
      const rules = packageRules[short] ?? [];
      return !rules.some((rule) => allows(rule, specifier) || allows(rule, packageOf(specifier)));
    });
    expect(wrong.map((one) => `${one.file}: ${one.specifier}`)).toEqual([]);
  });

  test("each package declares what it imports", () => {
    const wrong = foreign.filter(({ manifest, specifier }) => {
      const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
      // Behind one file, and in its bundle.
      if (onlyIn[packageOf(specifier)] !== undefined)
        return !manifest.devDependencies?.[packageOf(specifier)];
      return specifier !== "(computed)" && declared[packageOf(specifier)] === undefined;
    });
    expect(wrong.map((one) => `${one.file}: ${one.specifier}`)).toEqual([]);
  });

  test("one file alone imports a wire library that others must not see", () => {
    const wrong = foreign.filter(({ file, specifier }) => (onlyIn[packageOf(specifier)] ?? file) !== file);
    expect(wrong.map((one) => `${one.file}: ${one.specifier}`)).toEqual([]);
  });

  test("no source file imports relais or leaves its package by a path", () => {
    expect(foreign.filter((one) => one.specifier === "relais").map((one) => one.file)).toEqual([]);
    for (const { folder } of packages) {
      const graph = sourceGraph(folder);
      for (const file of graph.keys())
        for (const next of neighbours(graph, file, "all"))
          expect(graph.has(next), `${folder}/src/${file}: ${next}`).toBe(true);
    }
  });

  test.each(packages)("no files of $short import each other in a circle", ({ folder, short }) => {
    const graph = sourceGraph(folder);
    expect(cycles(graph, "value")).toEqual([]);
    const meant = typeCycles[short] ?? [];
    const wrong = cycles(graph, "all").filter(
      (circle) =>
        !meant.includes(circle) &&
        !meant.some((one) => circle.split(", ").every((file) => file.startsWith(one))),
    );
    expect(wrong, "circles of type imports").toEqual([]);
  });
});

describe.each(Object.entries(folderLayers))("the folders of %s are its layers", (short, layers) => {
  const graph = sourceGraph(`packages/${short}`);
  const folderOf = (file: string): string =>
    layers.find((layer) => layer.includes("/") && file.startsWith(`${layer}/`)) ??
    (file.includes("/") ? file.slice(0, file.indexOf("/")) : ".");

  test("every folder is a layer and every layer has files", () => {
    expect([...new Set([...graph.keys()].map(folderOf))].sort()).toEqual([...layers].sort());
  });

  test("imports go down only, types included", () => {
    const up = [...graph.keys()].flatMap((file) =>
      neighbours(graph, file, "all")
        .filter((next) => layers.indexOf(folderOf(next)) < layers.indexOf(folderOf(file)))
        .map((next) => `${file}: ${next}`),
    );
    expect(up).toEqual([]);
  });
});

describe("core", () => {
  test("policies share pieces, never each other", () => {
    const policies = [...core.keys()].filter((file) => file.startsWith("policies/"));
    const among = policies.flatMap((file) =>
      neighbours(core, file, "all")
        .filter((next) => next.startsWith("policies/") && file !== "policies/standard.ts")
        .map((next) => ({ file, next })),
    );
    expect(among.length).toBeGreaterThan(3);
    const wrong = among.filter(({ next }) => !policyParts.includes(next.slice("policies/".length)));
    expect(wrong).toEqual([]);
  });

  test("the SPI reaches neither chain, link nor any policy", () => {
    const reached = [...reach(core, "spi.ts", "all")];
    expect(reached.length).toBeGreaterThan(15);
    expect(reached.filter((file) => /^(?:attempt|policies|chain)\//.test(file))).toEqual([]);
  });
});

describe("smtp", () => {
  test("the tables of replies reach no library, nodemailer least of all", () => {
    const smtp = sourceGraph("packages/smtp");
    const reached = [...reach(smtp, "replies.ts", "all")];
    expect(reached.length).toBeGreaterThan(4);
    const libraries = reached
      .flatMap((file) => smtp.get(file)?.imports ?? [])
      .map((one) => one.specifier)
      .filter((specifier) => !specifier.startsWith("."));
    expect([...new Set(libraries)]).toEqual(["@relais/core/spi"]);
  });
});

describe("the import parser", () => {
  const tricky = `
    // import "commented";
    /* export * from "commented-too" */
    const text = 'import "quoted"'; const template = \`\${await import("in-a-template")} from "not"\`;
    import type { A } from "a-type";
    import { type B } from "b-value"; import C, * as D from 'c-star';
    export * from "e-all"; export type * as F from "f-type";
    export {
      g,
    } from "g-lines";
    type H = import("h-type").H<typeof import("h-inner")>;
    const name = "x"; import(name);
    export default 1; export const i = 1, j = 2; export interface K {} export function l(): void {}
  `;

  test("finds every form and nothing in comments or strings", () => {
    const { imports } = moduleSyntax(tricky);
    const seen = imports.map((one) => `${one.specifier}${one.typeOnly ? " (type)" : ""}`).sort();
    expect(seen).toEqual([
      "(computed)",
      "a-type (type)",
      "b-value",
      "c-star",
      "e-all",
      "f-type (type)",
      "g-lines",
      "h-inner (type)",
      "h-type (type)",
      "in-a-template",
    ]);
  });

  test("finds every exported name", () => {
    expect([...moduleSyntax(tricky).exports].sort()).toEqual(["F", "K", "default", "g", "i", "j", "l"]);
  });
});
