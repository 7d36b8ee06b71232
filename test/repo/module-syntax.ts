import { parseAst } from "vitest/node";

/** One import, re-export, `import()` or `import("…")` type of a file. */
export interface Import {
  /** As it is written; `(computed)` if it is not a literal. */
  readonly specifier: string;
  /** Gone at run time. `import { type A }` is not: verbatimModuleSyntax leaves `import {}`. */
  readonly typeOnly: boolean;
}

export interface ModuleSyntax {
  readonly imports: readonly Import[];
  /** Names that leave the file, `default` among them. */
  readonly exports: readonly string[];
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string };

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

/** What a TypeScript file imports and exports, by a real parser: comments and strings do not count. */
export function moduleSyntax(code: string): ModuleSyntax {
  const imports: Import[] = [];
  const exports: string[] = [];
  const see = (source: unknown, typeOnly: boolean): void => {
    const value = isNode(source) ? source.value : undefined;
    imports.push({ specifier: typeof value === "string" ? value : "(computed)", typeOnly });
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    if (!isNode(value)) return;
    if (value.type === "ImportDeclaration") see(value.source, value.importKind === "type");
    else if (value.type === "ImportExpression") see(value.source, false);
    else if (value.type === "TSImportType") see(value.source, true);
    else if (value.type === "TSExternalModuleReference") see(value.expression, false);
    else if (value.type.startsWith("Export")) {
      if (isNode(value.source)) see(value.source, value.exportKind === "type");
      exports.push(...exported(value));
    }
    for (const child of Object.values(value)) visit(child);
  };
  visit(parseAst(code, { lang: "ts" }));
  return { imports, exports };
}

function exported(node: Node): string[] {
  if (node.type === "ExportDefaultDeclaration") return ["default"];
  if (node.type === "ExportAllDeclaration") return nameOf(node.exported);
  if (node.type !== "ExportNamedDeclaration") return [];
  const specifiers = Array.isArray(node.specifiers) ? node.specifiers.filter(isNode) : [];
  const declared = isNode(node.declaration) ? node.declaration : undefined;
  const declarators = Array.isArray(declared?.declarations) ? declared.declarations.filter(isNode) : [];
  return [
    ...specifiers.flatMap((one) => nameOf(one.exported)),
    ...nameOf(declared?.id),
    ...declarators.flatMap((one) => nameOf(one.id)),
  ];
}

function nameOf(node: unknown): string[] {
  if (!isNode(node)) return [];
  const name = node.name ?? node.value;
  return typeof name === "string" ? [name] : [];
}
