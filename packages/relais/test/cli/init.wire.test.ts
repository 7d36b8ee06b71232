import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { loadChain } from "relais";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runHere } from "./run-here.ts";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(import.meta.dirname, "../../node_modules/.init-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const both = ["init", "--smtp-host", "smtp.example.com", "--ses-region", "eu-west-3", "--yes"];
const env = { SMTP_USER: "ann", SMTP_PASS: "sesame", AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "B" };

describe.each(["yaml", "json", "ts", "js"])("a configuration as %s", (format) => {
  test("is written without secrets, and amounts to the chain that was asked for", async () => {
    const said = await runHere([...both, "--format", format, "--from", "shop@example.org"], { cwd, env });
    expect(said).toMatchObject({ code: 0, out: expect.stringContaining("SMTP_PASS=…") });
    const file = join(cwd, `relais.config.${format}`);
    expect(readFileSync(file, "utf8")).not.toContain("sesame");
    const chain = await loadChain({ file, env });
    expect(chain.effective()).toMatchObject({
      from: "shop@example.org",
      chain: [
        { use: "@relais/smtp", id: "SMTP", options: { host: "smtp.example.com", port: 587 } },
        { use: "@relais/ses", id: "SES", options: { region: "eu-west-3" } },
      ],
    });
    await chain.close();
  });
});

test.each(["resend", "postmark", "sendgrid", "mailgun", "brevo"])("%s by its API", async (api) => {
  const said = await runHere(["init", "--api", api, "--yes", "--json"], { cwd });
  expect(said.code).toBe(0);
  const { file, variables } = JSON.parse(said.out) as { file: string; variables: { name: string }[] };
  const all = Object.fromEntries(variables.map(({ name }) => [name, "example.com"]));
  const chain = await loadChain({ file, env: all });
  expect(chain.links.map(({ id }) => id)).toEqual([api.toUpperCase()]);
  await chain.close();
});

test("the order is the one given, and a server without a login gets none", async () => {
  const more = ["--order", "ses,smtp", "--no-smtp-login", "--json"];
  expect((await runHere([...both, ...more], { cwd })).out).not.toContain("SMTP_PASS");
  const chain = await loadChain({ cwd, env: {} });
  expect(chain.links.map(({ id }) => id)).toEqual(["SES", "SMTP"]);
  await chain.close();
});

describe("nothing is written", () => {
  test.each([
    [["init", "--yes"], "Without a terminal give --smtp-host"],
    [["init", "--smtp-host", "a.example", "--smtp-port", "70000", "--yes"], "whole number from 1 to 65535"],
    [["init", "--order", "smtp,smtp", "--yes"], "It must be some of smtp, ses, http, each once."],
    [["init", "--order", "smtp,pigeon", "--yes"], "It must be some of smtp, ses, http, each once."],
    [["init", "--api", "pigeon", "--yes"], "Allowed choices are resend"],
    [["init", "--smtp-host", "smtp://a:b@c", "--yes"], "host"],
  ])("by %j", async (args, sentence) => {
    const said = await runHere(args, { cwd });
    expect(said).toMatchObject({ code: 2, err: expect.stringContaining(sentence) });
    expect(said.err).not.toContain("a:b");
    expect(readdirSync(cwd)).toEqual([]);
  });

  test("over what is there, unless told; a file that would be read in its place is no good either", async () => {
    writeFileSync(join(cwd, "relais.config.yaml"), "chain: []\n");
    expect(await runHere(both, { cwd })).toMatchObject({ code: 2, err: expect.stringContaining("--force") });
    expect(readFileSync(join(cwd, "relais.config.yaml"), "utf8")).toBe("chain: []\n");
    expect(await runHere([...both, "--force", "--format", "json"], { cwd })).toMatchObject({ code: 2 });
    expect(existsSync(join(cwd, "relais.config.json"))).toBe(false);
    expect(await runHere([...both, "--force"], { cwd })).toMatchObject({ code: 0 });
  });
});

describe("on a terminal", () => {
  /** Presses keys, each once the words before it have been shown. */
  function terminal(dialogue: readonly (readonly [shown: string, keys: string])[]) {
    const input = new PassThrough() as PassThrough & { isTTY: boolean; setRawMode: () => void };
    input.isTTY = true;
    input.setRawMode = () => undefined;
    let screen = "";
    let at = 0;
    const output = new Writable({
      write(part: Buffer, _, done) {
        screen += part.toString();
        const [shown, keys] = dialogue[at] ?? [];
        if (shown !== undefined && screen.includes(shown)) {
          at += 1;
          screen = "";
          for (const key of (keys as string).match(/\x1b\[\w|[\s\S]/g) ?? [])
            setTimeout(() => input.write(key), 20);
        }
        done();
      },
    });
    return { input, output };
  }

  test("it asks, and writes what was answered", async () => {
    const dialogue = [
      ["By what do your mails go out?", "\r"],
      ["The SMTP server's name", "\r"],
      ["Its port", "\r"],
      ["Does it want a login?", "\r"],
      ["The region of SES", "\r"],
      ["The sender of mails", "\r"],
      ["The configuration as", "\r"],
    ] as const;
    const said = await runHere(["init"], { cwd, terminal: terminal(dialogue) });
    expect(said).toMatchObject({ code: 0, out: expect.stringContaining("Then: relais check") });
    const chain = await loadChain({ cwd, env });
    expect(chain.links.map(({ id }) => id)).toEqual(["SMTP", "SES"]);
    await chain.close();
  });

  test("Ctrl-C writes nothing", async () => {
    const said = await runHere(["init"], { cwd, terminal: terminal([["By what do your mails", "\x03"]]) });
    expect(said).toMatchObject({ code: 2, err: "Nothing was written." });
    expect(readdirSync(cwd)).toEqual([]);
  });
});
