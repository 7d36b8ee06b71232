import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import nodemailer from "nodemailer";
import { chainFromEnv, loadChain } from "relais";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { mailFolder } from "../../src/development/mail-folder.ts";
import { runHere } from "../cli/run-here.ts";

const bin = join(import.meta.dirname, "../../src/cli/bin.ts");
const mail = { from: "Shop <shop@example.org>", to: "ann@example.net", subject: "Grüße", text: "Hello Ann" };

interface Running {
  readonly url: string;
  readonly smtp: { readonly host: string; readonly port: number };
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
}

async function start(cwd: string, ...more: string[]): Promise<Running> {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const args = [
    "--conditions=@relais/source",
    bin,
    "preview",
    "--port",
    "0",
    "--smtp-port",
    "0",
    "--json",
    ...more,
  ];
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH, NODE_COMPILE_CACHE },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return { ...(JSON.parse(line) as Omit<Running, "child">), child };
}

describe("relais preview", () => {
  let cwd: string;
  let at: Running;
  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "relais-preview-"));
    at = await start(cwd);
  }, 30_000);
  afterAll(async () => {
    at.child.kill("SIGTERM");
    const [code] = await once(at.child, "exit");
    rmSync(cwd, { recursive: true, force: true });
    expect(code).toBe(0);
  });
  const page = async (path = ""): Promise<string> => (await fetch(`${at.url}${path}`)).text();
  const clear = (headers: Record<string, string>) =>
    fetch(`${at.url}clear`, {
      method: "POST",
      body: new URLSearchParams({ csrf: "" }),
      headers,
      redirect: "manual",
    });
  const own = (): Record<string, string> => ({ origin: at.url.replace(/\/$/, "") });
  beforeEach(async () => expect((await clear(own())).status).toBe(303));

  test("says what to paste, until a mail is there", async () => {
    expect(await page()).toContain(`SMTP_HOST=127.0.0.1\nSMTP_PORT=${at.smtp.port}</pre>`);
  });

  test.each([
    ["without a login", undefined],
    ["with any login, PLAIN", "PLAIN"],
    ["with any login, LOGIN", "LOGIN"],
  ])("takes the mail of an application with nodemailer, %s", async (_, authMethod) => {
    const { host, port } = at.smtp;
    const transport = nodemailer.createTransport({
      host,
      port,
      ...(authMethod && { auth: { user: "ann", pass: "whatever" }, authMethod }),
    });
    const html = '<p>Hello <img src="cid:logo" alt="Shop"></p>';
    await transport.sendMail({
      ...mail,
      bcc: "archive@example.org",
      html,
      attachments: [
        { filename: "logo.png", content: Buffer.from("PNG"), cid: "logo" },
        { filename: "Rechnung März.pdf", content: Buffer.from("%PDF-1.7") },
      ],
    });
    transport.close();
    await expect.poll(() => page()).toContain("<h2>Grüße</h2>");
    const shown = await page();
    expect(shown).toContain("shop@example.org → ann@example.net, archive@example.org");
    expect(shown).toContain("Nothing was found that breaks in readers.");
    const [kept] = await mailFolder(join(cwd, ".relais/mail")).list();
    const id = kept?.id ?? "";
    expect(await page(`mail/${id}?view=text`)).toContain(">Hello Ann\n</pre>");
    expect(await page(`mail/${id}?view=headers`)).toContain("<td>Subject</td><td>");
    expect(await page(`mail/${id}?view=source`)).toContain("Content-Type: multipart/");
    const file = await fetch(`${at.url}mail/${id}/file/1`);
    expect(await file.text()).toBe("%PDF-1.7");
    expect(Object.fromEntries(file.headers)).toMatchObject({
      "content-type": "application/octet-stream",
      "content-disposition": "attachment; filename*=UTF-8''Rechnung%20M%C3%A4rz.pdf",
      "x-content-type-options": "nosniff",
    });
    const whole = Buffer.from(await (await fetch(`${at.url}mail/${id}/mail.eml`)).arrayBuffer());
    expect(whole.equals((await mailFolder(join(cwd, ".relais/mail")).read(id)) ?? Buffer.alloc(0))).toBe(
      true,
    );
  });

  test("takes the mail of a chain, by the two lines it prints and by use: capture", async () => {
    const chain = chainFromEnv({
      SMTP_HOST: at.smtp.host,
      SMTP_PORT: String(at.smtp.port),
      SMTP_USER: "a",
      SMTP_PASS: "b",
      SMTP_REQUIRE_TLS: "false",
    });
    expect(await chain.send({ ...mail, subject: "By SMTP", to: "jörg@example.net" })).toMatchObject({
      success: true,
    });
    await chain.close();
    const options = { folder: join(cwd, ".relais/mail") };
    const capture = await loadChain({ config: { chain: [{ use: "capture", options }] }, env: {} });
    await capture.send({ ...mail, subject: "By capture" });
    await capture.close();
    await expect.poll(() => page()).toMatch(/By capture<small>[\s\S]*By SMTP<small>jörg@example.net/);
  });

  test("a mailing without a way out of it is told", async () => {
    const { host, port } = at.smtp;
    const transport = nodemailer.createTransport({ host, port, pool: true });
    for (let i = 0; i < 5; i++)
      await transport.sendMail({ ...mail, subject: "News", to: `n${i}@example.net` });
    transport.close();
    await expect.poll(() => page()).toContain("5 mails have this subject, and there is no List-Unsubscribe");
  });

  test("bytes that are no mail are shown as they are", async () => {
    const { host, port } = at.smtp;
    const transport = nodemailer.createTransport({ host, port });
    const raw = Buffer.from("<script>alert(1)</script>\r\n\xff\xfe", "latin1");
    await transport.sendMail({ raw, envelope: { from: "a@example.org", to: ["b@example.net"] } });
    transport.close();
    await expect.poll(() => page("?view=source")).toContain("&lt;script&gt;alert(1)");
    expect(await page()).not.toContain("<script>alert");
  });

  test("the HTML of a mail stands in a document that can do nothing", async () => {
    const folder = mailFolder(join(cwd, ".relais/mail"));
    const bytes = Buffer.from(
      "From: a@example.org\r\nContent-Type: text/html\r\n\r\n<!doctype html><html><body>x</body></html>",
    );
    const { id } = await folder.keep({ from: "a@example.org", to: ["b@example.net"], bytes });
    const answer = await fetch(`${at.url}mail/${id}/html`);
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/^default-src 'none'; img-src data:; style-src 'unsafe-inline'; /);
    expect(policy).toMatch(/; sandbox allow-popups allow-popups-to-escape-sandbox$/);
    expect(policy).not.toMatch(/script-src|http/);
    expect(await answer.text()).toContain('<!doctype html><html><base target="_blank"><body>x');
    const remote = await fetch(`${at.url}mail/${id}/html?remote=1`);
    expect(remote.headers.get("content-security-policy")).toContain("img-src data: https: http:;");
    expect(remote.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  test("answers nobody else, and deletes for nobody else", async () => {
    const status = (headers: Record<string, string>, path = "") =>
      new Promise((resolve, reject) => {
        request(`${at.url}${path}`, { headers, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on("error", reject)
          .end();
      });
    for (const path of ["", "events", "mail/x", "mail/x/html"])
      expect(await status({ host: "evil.example" }, path)).toBe(421);
    for (const path of ["mail/nope", "mail/../../etc/passwd", "mail/x/file/0", "nothing", "mail/%00"])
      expect(await status({}, path)).toBe(404);
    await mailFolder(join(cwd, ".relais/mail")).keep({
      from: "a@example.org",
      to: [],
      bytes: Buffer.from("Subject: stays\r\n\r\n"),
    });
    expect((await clear({})).status).toBe(403);
    expect((await clear({ origin: "https://evil.example" })).status).toBe(403);
    expect((await clear({ origin: "null" })).status).toBe(403);
    expect(await page()).toContain("<h2>stays</h2>");
  });

  test("a port in use is one sentence", async () => {
    const port = new URL(at.url).port;
    const page = await runHere(["preview", "--port", port, "--smtp-port", "0"]);
    expect(page).toMatchObject({ code: 2, out: "", err: `The port ${port} on 127.0.0.1 is in use.` });
    const smtp = await runHere(["preview", "--port", "0", "--smtp-port", String(at.smtp.port)]);
    expect(smtp).toMatchObject({ code: 2, out: "", err: `The port ${at.smtp.port} on 127.0.0.1 is in use.` });
  });
});

test.each([
  ["--host", "0.0.0.0"],
  ["--allowed-host", "mail.example.org"],
])("%s %s without a token does not begin", async (...flags) => {
  expect(await runHere(["preview", ...flags])).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^RELAIS_STATUS_TOKEN is missing: [^\n]+\.$/),
  });
});
