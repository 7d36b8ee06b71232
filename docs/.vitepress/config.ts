import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { defineConfig } from "vitepress";
import { siteLink } from "./site-links.ts";

const root = join(import.meta.dirname, "../..");
const packages = readdirSync(join(root, "packages"))
  .filter((name) => existsSync(join(root, "packages", name, "README.md")))
  .sort();
const decisions = readdirSync(join(root, "docs/decisions")).filter((name) => /^\d/.test(name));

const title = (name: string): string => {
  const words = name.replace(/^\d+-|\.md$/g, "").replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><g fill="none" stroke="#c8562b" stroke-width="4"><circle cx="11" cy="16" r="7"/><circle cx="21" cy="16" r="7"/></g></svg>';

// The pages lie in docs/ and beside the packages; links between them are those that GitHub follows, too.
export default defineConfig({
  title: "Relais",
  description: "E-mail through an ordered chain of providers that decides rightly on every failure",
  lang: "en",
  srcDir: "..",
  outDir: join(import.meta.dirname, "dist"),
  cacheDir: join(import.meta.dirname, "cache"),
  srcExclude: [
    "*.md",
    "!(docs|packages)/**",
    "packages/*/!(README.md)",
    "packages/*/*/**",
    "**/node_modules/**",
  ],
  rewrites: {
    "docs/decisions/README.md": "decisions/index.md",
    "docs/:page(.*)": ":page",
    "packages/:name/README.md": "packages/:name.md",
  },
  cleanUrls: true,
  head: [
    ["link", { rel: "icon", type: "image/svg+xml", href: `data:image/svg+xml,${encodeURIComponent(icon)}` }],
  ],
  // For the widths of a page's tables: theme/colours.css.
  transformPageData({ relativePath }) {
    return { frontmatter: { pageClass: `page-${relativePath.replace(/\.md$/, "").replaceAll("/", "-")}` } };
  },
  lastUpdated: false,
  markdown: {
    config(md) {
      md.core.ruler.push("site-links", ({ tokens, env }) => {
        // `path` is where the page comes to stand on the site, `realPath` the file that its links are relative to.
        const { path, realPath = path } = env as { path: string; realPath?: string };
        const file = relative(root, realPath);
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const href = token.type === "link_open" ? token.attrGet("href") : null;
          if (href !== null) token.attrSet("href", siteLink(file, href));
        }
      });
    },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    socialLinks: [{ icon: "github", link: "https://github.com/relais-mail/relais" }],
    nav: [
      { text: "Guide", link: "/guide" },
      { text: "Configuration", link: "/configuration" },
      { text: "Failure kinds", link: "/failure-kinds" },
    ],
    sidebar: [
      {
        text: "Guide",
        items: [
          { text: "Start", link: "/" },
          { text: "Deliveries", link: "/guide" },
          { text: "Whole mails", link: "/whole-mails" },
          { text: "Policies", link: "/policies" },
          { text: "Dev, staging, prod", link: "/stages" },
          { text: "Templates", link: "/templates" },
          { text: "Test and preview", link: "/test-and-preview" },
          { text: "Bounces and complaints", link: "/feedback" },
          { text: "Bounces by mail", link: "/bounces" },
          { text: "Unsubscribe", link: "/unsubscribe" },
          { text: "Suppression", link: "/suppression" },
          { text: "Operate", link: "/operate" },
          { text: "Runbook", link: "/operations/runbook" },
          { text: "Write a provider", link: "/write-a-provider" },
        ],
      },
      {
        text: "Coming from",
        collapsed: true,
        items: [
          { text: "nodemailer", link: "/coming-from-nodemailer" },
          { text: "Resend", link: "/coming-from-resend" },
          { text: "Upyo", link: "/coming-from-upyo" },
        ],
      },
      {
        text: "Reference",
        items: [
          { text: "Configuration", link: "/configuration" },
          { text: "Every field", link: "/configuration-reference" },
          { text: "The command", link: "/command" },
          { text: "Works with", link: "/works-with" },
          { text: "Benchmarks", link: "/benchmarks" },
          { text: "Compared", link: "/comparison" },
          { text: "Failure kinds", link: "/failure-kinds" },
          { text: "Decisions compared", link: "/decisions-compared" },
          { text: "Migration", link: "/migration" },
        ],
      },
      {
        text: "Packages",
        collapsed: true,
        items: packages.map((text) => ({ text, link: `/packages/${text}` })),
      },
      {
        text: "Decisions",
        collapsed: true,
        items: decisions.map((name) => ({
          text: title(name),
          link: `/decisions/${name.replace(/\.md$/, "")}`,
        })),
      },
    ],
    footer: { message: "MIT" },
  },
});
