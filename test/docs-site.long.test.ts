import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { siteLink, sitePath } from "../docs/.vitepress/site-links.ts";
import { pages } from "./repo/markdown.ts";
import { root } from "./repo/root.ts";
import { run } from "./repo/run.ts";

const dist = join(root, "docs/.vitepress/dist");
const expected = pages().flatMap((file) => sitePath(file) ?? []);
const fileOf = (path: string): string =>
  join(dist, path.endsWith("/") ? `${path}index.html` : `${path}.html`);
const html = (path: string): string => readFileSync(fileOf(path), "utf8");

beforeAll(async () => {
  const { code, said } = await run("npx", ["vitepress", "build", "docs"]);
  expect(code, said).toBe(0);
});

test("every page of docs and every package's README is on the site, with a title", () => {
  expect(expected.length).toBeGreaterThan(20);
  for (const path of expected) expect(html(path)).toMatch(/<title>[^<]{3,}\| Relais<\/title>|<title>Relais/);
});

test("every link and every anchor within the site has a target", () => {
  const broken: string[] = [];
  for (const path of expected) {
    for (const [, href = ""] of html(path).matchAll(/<a[^>]* href="(\/[^"]*|#[^"]*)"/g)) {
      const [to = "", anchor = ""] = href.split("#");
      const goal = to === "" ? path : to;
      const there = existsSync(fileOf(goal));
      const id = decodeURIComponent(anchor);
      if (!there || (id !== "" && !html(goal).includes(`id="${id}"`))) broken.push(`${path} -> ${href}`);
    }
  }
  expect(broken).toEqual([]);
});

test("a link into the repository names an existing file, and no page of the site", () => {
  const seen: string[] = [];
  const wrong = expected.flatMap((path) =>
    [
      ...html(path).matchAll(/ href="https:\/\/github\.com\/relais-mail\/relais\/blob\/main\/([^"#]*)/g),
    ].flatMap(([, file = ""]) => {
      seen.push(file);
      const there = !file.startsWith("..") && existsSync(join(root, file));
      return there && sitePath(file) === undefined ? [] : [`${path} -> ${file}`];
    }),
  );
  expect(seen).toContain("README.md");
  expect(wrong).toEqual([]);
});

test("links from page to page stay within the site", () => {
  expect(html("/operate")).toContain('href="/configuration-reference"');
  expect(html("/decisions/")).toContain('href="/decisions/0001-envelope-in-the-context"');
  expect(html("/packages/relais")).toContain('href="/command"');
});

test("the search finds words of several pages", () => {
  const folder = join(dist, "assets/chunks");
  const index = readdirSync(folder).find((name) => name.startsWith("@localSearchIndex"));
  const words = readFileSync(join(folder, index ?? ""), "utf8");
  const absent = ["greylisted", "maxresetms", "jsonl", "possibleduplicate"].filter(
    (word) => !words.includes(word),
  );
  expect(absent).toEqual([]);
});

describe("a link of a page", () => {
  test.each([
    ["docs/guide.md", "policies.md#x", "/policies#x"],
    ["docs/guide.md", "../packages/smtp/README.md", "/packages/smtp"],
    ["packages/smtp/README.md", "../../docs/guide.md", "/guide"],
    ["docs/decisions/README.md", "0001-a.md", "/decisions/0001-a"],
    ["docs/guide.md", "decisions/README.md", "/decisions/"],
    ["packages/relais/README.md", "../core", "/packages/core"],
    [
      "docs/guide.md",
      "../examples/start/main.ts",
      "https://github.com/relais-mail/relais/blob/main/examples/start/main.ts",
    ],
    ["docs/guide.md", "https://a.example/", "https://a.example/"],
    ["docs/guide.md", "#here", "#here"],
  ])("of %s to %s is %s on the site", (file, href, link) => expect(siteLink(file, href)).toBe(link));
});
