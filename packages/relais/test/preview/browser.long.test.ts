import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { createChain } from "@relais/core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { needs } from "../../../../test/repo/system.ts";
import { type MailFolder, mailFolder } from "../../src/development/mail-folder.ts";
import { developmentPlugins } from "../../src/development/plugins.ts";
import { previewServer } from "../../src/preview/preview-server.ts";
import type { RunningServer } from "../../src/status/page-server.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** One red pixel. */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

describe.runIf(needs("chromium"))("the preview in a browser", () => {
  let folder: MailFolder;
  let at: RunningServer;
  let browser: Browser;
  let far: Server;
  /** Paths that mails have loaded from elsewhere. */
  let loaded: string[];
  const elsewhere = (): string => `http://127.0.0.1:${(far.address() as AddressInfo).port}`;

  beforeAll(async () => {
    far = createServer(({ url = "" }, response) => {
      loaded.push(url);
      response.writeHead(200, { "content-type": "image/png" }).end(png);
    });
    await new Promise<void>((resolve) => far.listen(0, "127.0.0.1", resolve));
    browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    far.close();
  });
  beforeEach(async () => {
    loaded = [];
    folder = mailFolder(mkdtempSync(`${tmpdir()}/relais-preview-`));
    at = await previewServer({ folder, smtp: { host: "127.0.0.1", port: 2525 } });
  });
  afterEach(async () => {
    await at.close();
    rmSync(folder.path, { recursive: true, force: true });
  });

  const send = async (subject: string, more = ""): Promise<void> => {
    const capture = developmentPlugins.capture?.create({ folder: folder.path }, { id: undefined });
    const chain = createChain(capture === undefined ? [] : [capture]);
    const html = `<!doctype html><html><head><title>x</title></head><body><h1>${subject}</h1><img src="cid:logo" alt="Shop" width="20" height="20">
      <img id="far" src="${elsewhere()}/pixel.png" alt="far"><p>${"word ".repeat(60)}</p>
      <a href="${elsewhere()}/reset?token=1">Reset</a>${more}</body></html>`;
    const attachments = [
      { filename: "logo.png", content: png, contentType: "image/png", cid: "logo" },
      { filename: "invoice.pdf", content: "%PDF-1.7" },
    ];
    const mail = {
      from: "shop@example.org",
      to: "ann@example.net",
      subject,
      text: `Hello ${"long".repeat(80)}`,
      html,
      attachments,
    };
    expect(await chain.send(mail)).toMatchObject({ success: true });
    await chain.close();
  };
  const shownIn = (page: Page, selector: string) =>
    page
      .frameLocator("iframe")
      .locator(selector)
      .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth);
  const violations = async (page: Page): Promise<string[]> => {
    await page.evaluate(axe);
    return page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(where: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      // The mail is not ours.
      const found = await axe.run({ exclude: [["iframe"]] });
      return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    });
  };

  test.each([
    ["on a desk, light", { width: 1280, height: 900 }, "light"],
    ["on a desk, dark", { width: 1280, height: 900 }, "dark"],
    ["on a phone, light", { width: 375, height: 800 }, "light"],
    ["on a phone, dark", { width: 375, height: 800 }, "dark"],
  ] as const)(
    "%s: everybody can read it, nothing runs over, in every view",
    async (name, viewport, colorScheme) => {
      const context = await browser.newContext({ viewport, colorScheme, bypassCSP: true });
      const page = await context.newPage();
      await page.goto(at.url);
      await page.getByText("No mail yet", { exact: true }).waitFor();
      expect(await violations(page)).toEqual([]);
      await send("Your order");
      await page.getByRole("heading", { name: "Your order", level: 2 }).waitFor();
      for (const view of ["HTML", "Text", "Headers", "Source"]) {
        await page.getByRole("link", { name: view, exact: true }).click();
        await page.getByText("live", { exact: true }).waitFor();
        expect([view, await violations(page)]).toEqual([view, []]);
        expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(
          0,
        );
        if (process.env.RELAIS_SCREENSHOTS !== undefined) {
          const file = `preview-${name}-${view}`.replaceAll(/\W+/g, "-");
          await page.screenshot({ path: `${process.env.RELAIS_SCREENSHOTS}/${file}.png`, fullPage: true });
        }
      }
      await context.close();
    },
    60_000,
  );

  test("with its policies in force: images of the mail are shown, those elsewhere when asked for", async () => {
    await send("Your order");
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    await page.goto(at.url);
    await expect.poll(() => shownIn(page, "img[alt=Shop]")).toBe(1);
    expect(await shownIn(page, "#far")).toBe(0);
    expect(loaded).toEqual([]);
    await page.getByRole("link", { name: "load it" }).click();
    await expect.poll(() => shownIn(page, "#far")).toBe(1);
    expect(loaded).toEqual(["/pixel.png"]);
    const wide = (await page.locator("iframe").boundingBox())?.width ?? 0;
    await page.getByRole("link", { name: "Phone" }).click();
    expect((await page.locator("iframe").boundingBox())?.width).toBe(375);
    expect(wide).toBeGreaterThan(700);
    await page.getByRole("link", { name: "block it" }).click();
    await page.getByRole("link", { name: "load it" }).waitFor();
    expect(errors).toEqual([]);
    await page.close();
  }, 60_000);

  test("what a mail would do it cannot: run, submit, take the page away, read it", async () => {
    const hostile = `
      <script>fetch("${elsewhere()}/script"); top.location = "${elsewhere()}/top"; parent.document.title = "taken";</script>
      <img src="x" onerror="new Image().src='${elsewhere()}/onerror'">
      <meta http-equiv="refresh" content="0;url=${elsewhere()}/refresh">
      <style>@import "${elsewhere()}/import.css"; body { background: url(${elsewhere()}/background.png); }</style>
      <link rel="stylesheet" href="${elsewhere()}/link.css"><iframe src="${elsewhere()}/frame"></iframe>
      <form action="${elsewhere()}/form" method="post"><button id="submit">go</button></form>
      <svg onload="document.title='taken'"></svg><object data="${elsewhere()}/object"></object>`;
    await send("Hostile", hostile);
    for (const query of ["", "?remote=1"]) {
      loaded = [];
      const page = await browser.newPage();
      await page.goto(`${at.url}${query}`);
      await page.frameLocator("iframe").locator("h1").waitFor();
      await page
        .frameLocator("iframe")
        .locator("#submit")
        .click({ timeout: 2_000 })
        .catch(() => undefined);
      await page.waitForTimeout(500);
      expect(page.url()).toBe(`${at.url}${query}`);
      expect(await page.title()).toBe("Hostile – Relais");
      const active = loaded.filter((path) => /script|top|onerror|refresh|frame|form|object/.test(path));
      expect(active).toEqual([]);
      if (query === "") expect(loaded).toEqual([]);
      await page.close();
    }
  }, 60_000);

  test("a link opens beside the page, and a file is downloaded", async () => {
    await send("Your order");
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(at.url);
    const [other] = await Promise.all([
      context.waitForEvent("page"),
      page.frameLocator("iframe").getByRole("link", { name: "Reset" }).click(),
    ]);
    await other.waitForLoadState();
    expect(other.url()).toBe(`${elsewhere()}/reset?token=1`);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "invoice.pdf" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("invoice.pdf");
    expect(readFileSync(await download.path(), "utf8")).toBe("%PDF-1.7");
    await context.close();
  }, 60_000);

  test("it lives: the newest is shown, a chosen one stays, and all can be deleted", async () => {
    await send("First");
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    await page.goto(at.url);
    await page.getByText("live", { exact: true }).waitFor();
    await send("Second");
    await page.getByRole("heading", { name: "Second", level: 2 }).waitFor();
    await page.getByRole("link", { name: /First/ }).click();
    await page.getByText("live", { exact: true }).waitFor();
    await send("Third");
    await page.getByRole("link", { name: /Third/ }).waitFor();
    expect(await page.locator("#mails a").allTextContents()).toEqual(
      [/Third/, /Second/, /First/].map((one) => expect.stringMatching(one)),
    );
    expect(await page.locator("h2").textContent()).toBe("First");
    expect(await page.locator("#mails a[aria-current]").textContent()).toContain("First");
    await page.getByRole("button", { name: "Delete all" }).click();
    await page.getByText("No mail yet", { exact: true }).waitFor();
    // Images elsewhere are blocked, which Chromium says.
    expect(errors.filter((one) => !/pixel\.png/.test(one))).toEqual([]);
    await page.close();
  }, 60_000);
});
