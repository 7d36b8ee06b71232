import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import PostalMime from "postal-mime";
import { loadChain, type RelaisConfig } from "relais";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { mailFolder } from "../../src/development/mail-folder.ts";

const mail = {
  from: "Shop <shop@example.org>",
  to: ["ann@example.net"],
  bcc: "archive@example.org",
  subject: "Hello",
  text: "Line one\nLine \u001b[31mtwo",
  html: "<p>Hello</p>",
  attachments: [{ filename: "a.pdf", content: "%PDF" }],
};

let folder: string;
let written: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "relais-capture-"));
  written = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const chainOf = (config: RelaisConfig) => loadChain({ config, env: {} });

describe("use: log", () => {
  test("a line for each mail, which is accepted", async () => {
    const chain = await chainOf({ chain: [{ use: "log" }] });
    expect(await chain.send(mail)).toMatchObject({ success: true, provider: "LOG" });
    expect(written).toBe(
      'mail "Hello" from shop@example.org to ann@example.net, archive@example.org: text, HTML, a.pdf\n',
    );
    await chain.close();
  });

  test("with its text, and nothing that moves a terminal's cursor", async () => {
    const chain = await chainOf({ chain: [{ use: "log", id: "DEV", options: { showText: true } }] });
    await chain.send(mail);
    expect(written.split("\n").slice(1)).toEqual(["  Line one", "  Line [31mtwo", ""]);
    await chain.send({ raw: "From: a@example.org\r\nTo: b@example.net\r\nSubject: x\r\n\r\nHello\r\n" });
    expect(written).toMatch(/mail "x" from a@example.org to b@example.net: \d+ bytes\n$/);
    await chain.close();
  });
});

describe("use: capture", () => {
  test("the bytes as they would go out, and the envelope beside them", async () => {
    const chain = await chainOf({ chain: [{ use: "capture", options: { folder } }] });
    const delivery = await chain.send(mail);
    const [kept] = await mailFolder(folder).list();
    expect(kept).toMatchObject({ from: "shop@example.org", to: ["ann@example.net", "archive@example.org"] });
    const bytes = await mailFolder(folder).read(kept?.id ?? "");
    expect(bytes).toHaveLength(kept?.size ?? 0);
    const read = await PostalMime.parse(bytes ?? "");
    expect(read).toMatchObject({ subject: "Hello", html: expect.stringContaining("<p>Hello</p>") });
    expect(delivery).toMatchObject({ success: true, messageId: read.messageId });
    expect(read.bcc).toBeUndefined();
    // For this user alone, and for no repository.
    for (const name of readdirSync(folder).filter((one) => /\.(eml|json)$/.test(one)))
      expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("*\n");
    await chain.close();
  });

  test("no more than it keeps, the newest, in order, however many write at once", async () => {
    const one = async (keep: number, counts: readonly number[]) => {
      rmSync(folder, { recursive: true, force: true });
      const chains = await Promise.all(
        counts.map(() => chainOf({ chain: [{ use: "capture", options: { folder, keep } }] })),
      );
      await Promise.all(
        chains.map(async (chain, i) => {
          for (let n = 0; n < (counts[i] ?? 0); n++) expect((await chain.send(mail)).success).toBe(true);
          await chain.close();
        }),
      );
      const list = await mailFolder(folder).list();
      const sent = counts.reduce((sum, count) => sum + count, 0);
      expect(list).toHaveLength(Math.min(keep, sent));
      expect(list.map(({ at }) => at)).toEqual(
        list
          .map(({ at }) => at)
          .sort()
          .reverse(),
      );
      for (const { id, size } of list) expect(await mailFolder(folder).read(id)).toHaveLength(size);
      expect(readdirSync(folder).filter((name) => name.endsWith(".eml"))).toHaveLength(list.length);
    };
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
        one,
      ),
      { numRuns: 15 },
    );
  });

  test("what is no mail of the folder is not read", async () => {
    const store = mailFolder(folder);
    await store.keep({ from: "a@example.org", to: [], bytes: Buffer.from("x") });
    for (const id of ["../../etc/passwd", "", ".gitignore", "..", "2026"])
      expect(await store.read(id)).toBeUndefined();
    await store.clear();
    expect(await store.list()).toEqual([]);
    expect(await mailFolder(join(folder, "not-there")).list()).toEqual([]);
  });
});

describe.each(["log", "capture"])("use: %s", (use) => {
  test("is refused in production, but by its option", async () => {
    vi.stubEnv("NODE_ENV", "production");
    const allowed = { folder, allowProduction: true };
    const options = use === "log" ? { allowProduction: true } : allowed;
    await expect(chainOf({ chain: [{ use }] })).rejects.toThrow(
      `${use}: it delivers no mail and NODE_ENV is production; name another provider, or set allowProduction to true`,
    );
    const chain = await chainOf({ chain: [{ use, options }] });
    expect(await chain.send(mail)).toMatchObject({ success: true });
    await chain.close();
  });

  test("says what is wrong with its options, and what a name near it may be", async () => {
    await expect(chainOf({ chain: [{ use, options: { colour: true } }] })).rejects.toThrow(
      'chain[0].options: "colour" is not an option',
    );
    await expect(chainOf({ chain: [{ use: `${use}s` }] })).rejects.toThrow(`did you mean ${use}?`);
  });
});
