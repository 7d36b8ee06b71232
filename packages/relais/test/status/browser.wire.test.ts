import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needs } from "../../../../test/repo/system.ts";
import { type Site, site } from "./site.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** axe has nothing to say of the page, and it is no wider than the window. */
async function readable(page: Page): Promise<void> {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      }
    ).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
  expect(found).toEqual([]);
  expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
}

describe.runIf(needs("chromium"))("the page in a browser", () => {
  let at: Site;
  let browser: Browser;
  beforeAll(async () => {
    at = await site("sesame");
    for (let i = 0; i < 6; i++) await at.send();
    const { id } = await at.outbox.enqueue({
      from: "a@example.org",
      to: "b@example.net",
      subject: "x",
      text: "y",
    });
    await at.outbox.database.query(
      "update relais.message set state = 'unknown', last_error = 'the answer was lost' where id = $1",
      [id],
    );
    const told = { provider: "SES", source: "sns", message: id, at: Date.now() };
    await at.outbox.feedback.record([
      { ...told, type: "delivered", recipient: "ann@example.net", eventId: "1" },
      { ...told, type: "bounced", bounce: "hard", recipient: "gone@example.net", eventId: "2" },
      { ...told, type: "complained", recipient: "angry@example.net", eventId: "3" },
    ]);
    await at.outbox.database.query("update relais.message set state = 'unknown' where id = $1", [id]);
    browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await at.close();
  });

  test.each([
    ["on a desk, light", { width: 1280, height: 900 }, "light"],
    ["on a desk, dark", { width: 1280, height: 900 }, "dark"],
    ["on a phone, light", { width: 375, height: 800 }, "light"],
    ["on a phone, dark", { width: 375, height: 800 }, "dark"],
  ] as const)(
    "%s: everybody can read it, nothing runs over, and it lives",
    async (name, viewport, colorScheme) => {
      const context = await browser.newContext({ viewport, colorScheme, bypassCSP: true });
      const page = await context.newPage();
      const errors: string[] = [];
      page.on("pageerror", ({ message }) => errors.push(message));
      await page.goto(at.url);
      await page.getByText("live", { exact: true }).waitFor();
      expect(await page.locator(".headline").textContent()).toMatch(
        /^SMTP is down since \d\d:\d\d:\d\d UTC\.$/,
      );
      await readable(page);
      if (process.env.RELAIS_SCREENSHOTS !== undefined) {
        await page.screenshot({
          path: `${process.env.RELAIS_SCREENSHOTS}/${name.replaceAll(/\W+/g, "-")}.png`,
          fullPage: true,
        });
      }
      const before = await page.locator("section dd").first().textContent();
      await at.send();
      await page.waitForFunction(
        `document.querySelector(".numbers dd").textContent !== ${JSON.stringify(before)}`,
      );
      await page.getByLabel("Token").fill("sesame");
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByRole("link", { name: "Suppressed addresses" }).click();
      await page.getByRole("button", { name: "Remove gone@example.net, bounced" }).waitFor();
      await readable(page);
      expect(errors).toEqual([]);
      await context.close();
    },
    30_000,
  );

  test("with its own policy in force it still works, and a person can log in and send again", async () => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    await page.goto(at.url);
    await page.getByLabel("Token").fill("sesame");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("button", { name: "Send again (may arrive twice)" }).click();
    await page.getByText("Needs a person: none.").waitFor();
    expect((await at.outbox.stats()).byState).toMatchObject({ unknown: 0, queued: 1 });
    await page.getByRole("link", { name: "Suppressed addresses" }).click();
    await page.getByLabel("Whole address").fill("Gone@example.net");
    await page.getByRole("button", { name: "Search" }).click();
    expect(await page.getByRole("row").count()).toBe(2);
    await page.getByRole("button", { name: "Remove gone@example.net, bounced" }).click();
    await page.getByRole("cell", { name: "angry@example.net", exact: true }).waitFor();
    expect((await at.outbox.suppression.list()).map(({ address }) => address)).toEqual(["angry@example.net"]);
    expect(errors).toEqual([]);
    await page.close();
  }, 30_000);
});
