import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { filesUnder } from "./files-under.ts";
import { type Import, type ModuleSyntax, moduleSyntax } from "./module-syntax.ts";
import { root } from "./root.ts";

export interface SourceFile extends ModuleSyntax {
  /** From the package's src: `message/address.ts`. */
  readonly name: string;
}

export type SourceGraph = ReadonlyMap<string, SourceFile>;

const graphs = new Map<string, SourceGraph>();

/** Every source file of a package (`packages/core`) by its name. */
export function sourceGraph(folder: string): SourceGraph {
  const known = graphs.get(folder);
  if (known !== undefined) return known;
  const src = `${folder}/src`;
  const made: SourceGraph = new Map(
    filesUnder(src, ".ts").map((path) => {
      const name = path.slice(src.length + 1);
      return [name, { name, ...moduleSyntax(readFileSync(join(root, path), "utf8")) }];
    }),
  );
  graphs.set(folder, made);
  return made;
}

/** The file that a relative import leads to, from the package's src; undefined for a package or a built-in. */
function target(file: string, { specifier }: Import): string | undefined {
  return specifier.startsWith(".") ? posix.join(posix.dirname(file), specifier) : undefined;
}

/** Files of the same package that `file` imports. */
export function neighbours(graph: SourceGraph, file: string, edges: "all" | "value"): string[] {
  const imports = graph.get(file)?.imports ?? [];
  const wanted = imports.filter((one) => edges === "all" || !one.typeOnly);
  return [...new Set(wanted.map((one) => target(file, one)).filter((one) => one !== undefined))];
}

/** Everything that `file` reaches within its package, itself included. */
export function reach(graph: SourceGraph, file: string, edges: "all" | "value"): Set<string> {
  const seen = new Set([file]);
  for (const one of seen) for (const next of neighbours(graph, one, edges)) seen.add(next);
  return seen;
}

/** Groups of files that import each other in a circle: `a.ts, b.ts`. */
export function cycles(graph: SourceGraph, edges: "all" | "value"): string[] {
  const reached = new Map([...graph.keys()].map((file) => [file, reach(graph, file, edges)]));
  const groups = [...graph.keys()].map((file) =>
    [...(reached.get(file) ?? [])]
      .filter((other) => other !== file && reached.get(other)?.has(file))
      .concat(file),
  );
  const selves = [...graph.keys()].filter((file) => neighbours(graph, file, edges).includes(file));
  return [
    ...new Set([...groups.filter((one) => one.length > 1).map((one) => one.sort().join(", ")), ...selves]),
  ];
}
