import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { filesUnder } from "./files-under.ts";
import { root } from "./root.ts";
import { workspaces } from "./workspace.ts";

export interface Fence {
  readonly file: string;
  /** Where its code begins, counted from 1. */
  readonly line: number;
  readonly language: string;
  /** What stands behind the language: `no-run`. */
  readonly info: string;
  readonly code: string;
}

/** Every page that a reader may meet, from the root. */
export function pages(): string[] {
  const folders = [...workspaces("packages"), ...workspaces("examples")].map((one) => one.folder);
  const named = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "AGENTS.md", "SECURITY.md"];
  const all = [...named, ...folders.map((folder) => `${folder}/README.md`)];
  return [...all.filter((path) => existsSync(join(root, path))), ...filesUnder("docs", ".md")];
}

export function page(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

const fence = /^( *)```(\w*)([^\n]*)\n([\s\S]*?)^\1```$/gm;

/** The fenced code of a page, freed of the indentation that a list gives it. */
export function fences(file: string, text: string = page(file)): Fence[] {
  return [...text.matchAll(fence)].map(
    ([whole, indent = "", language = "", info = "", code = ""], i, all) => ({
      file,
      line: text.slice(0, all[i]?.index).split("\n").length + 1,
      language,
      info: info.trim(),
      code: whole === "" ? "" : code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    }),
  );
}

/** What a fence says that it prints: `// → sent by SES`, alone or behind a statement. `…` stands for anything. */
export function promised(code: string): string[] {
  return [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, line = ""]) => line.trim());
}

/** The first of `expected` that is not among `lines` in order; undefined if all are. */
export function firstMissing(lines: readonly string[], expected: readonly string[]): string | undefined {
  let from = 0;
  for (const line of expected) {
    const pattern = line.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const wanted = new RegExp(`^${pattern.join(".*")}$`);
    const at = lines.findIndex((one, i) => i >= from && wanted.test(one.trim()));
    if (at === -1) return line;
    from = at + 1;
  }
  return undefined;
}

/** Where the links of a page lead, outside code: `docs/outbox.md#limits`. */
export function links(text: string): string[] {
  const prose = text.replaceAll(fence, "").replaceAll(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|^\[[^\]]+\]: (\S+)/gm)].map(
    ([, inline, reference]) => inline ?? reference ?? "",
  );
}

/** The anchors that GitHub gives to the headings of a page. */
export function anchors(text: string): string[] {
  const headings = text.replaceAll(fence, "").matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}
