import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { loadChain } from "relais";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { needs } from "../../../../test/repo/system.ts";
import { httpApis } from "../../src/config/parse-dsn.ts";
import { runHere } from "./run-here.ts";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(import.meta.dirname, "../../node_modules/.init-"));
  writeFileSync(join(cwd, "package.json"), '{ "type": "module" }');
});
afterEach(() => rmSync(cwd, { recursive: true }));

const both = ["init", "--smtp-host", "smtp.example.com", "--ses-region", "eu-west-3", "--yes"];
const env = { SMTP_USER: "ann", SMTP_PASS: "sesame", AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "B" };

describe.each(["yaml", "json", "ts", "js"])("a configuration as %s", (format) => {
  test("is written without secrets, and amounts to the chain that was asked for", async () => {
    const result = await runHere([...both, "--format", format, "--from", "shop@example.org"], { cwd, env });
    expect(result).toMatchObject({ code: 0, out: expect.stringContaining("SMTP_PASS=…") });
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

test.each(Object.keys(httpApis))("%s by its API", async (api) => {
  const result = await runHere(["init", "--api", api, "--yes", "--json"], { cwd });
  expect(result.code).toBe(0);
  const { file, variables } = JSON.parse(result.out) as { file: string; variables: { name: string }[] };
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

test.each(["ts", "js"])(
  "%s in a package of CommonJS says in its name that it is a module",
  async (format) => {
    writeFileSync(join(cwd, "package.json"), '{ "type": "commonjs" }');
    expect(await runHere([...both, "--format", format], { cwd })).toMatchObject({ code: 0, err: "" });
    const chain = await loadChain({ cwd, env });
    expect(chain.file).toBe(join(cwd, `relais.config.m${format}`));
    await chain.close();
  },
);

describe("nothing is written", () => {
  test.each([
    [["init"], "Without a terminal give --smtp-host"],
    [["init", "--yes"], "Without a terminal give --smtp-host"],
    [["init", "--smtp-host", "a.example", "--smtp-port", "70000", "--yes"], "whole number from 1 to 65535"],
    [["init", "--order", "smtp,smtp", "--yes"], "It must be some of smtp, ses, http, each once."],
    [["init", "--order", "smtp,pigeon", "--yes"], "It must be some of smtp, ses, http, each once."],
    [["init", "--api", "pigeon", "--yes"], "Allowed choices are resend"],
    [["init", "--smtp-host", "smtp://a:b@c", "--yes"], "host"],
    [["init", "--smtp-host", "a.example", "--from", "shop", "--yes"], '"shop" is not an address'],
  ])("by %j", async (args, sentence) => {
    const result = await runHere(args, { cwd });
    expect(result).toMatchObject({ code: 2, err: expect.stringContaining(sentence) });
    expect(result.err).not.toContain("a:b");
    expect(readdirSync(cwd)).toEqual(["package.json"]);
  });

  test("in a folder that is not there", async () => {
    const gone = join(cwd, "gone");
    expect(await runHere([...both, "--json"], { cwd: gone })).toEqual({
      code: 2,
      out: JSON.stringify({
        error: { code: 2, problems: [`${join(gone, "relais.config.yaml")} cannot be written: ENOENT.`] },
      }),
      err: "",
    });
  });

  test("where standard error is a terminal and standard input is none, nobody is asked", async () => {
    const nobody = { input: new PassThrough(), output: new PassThrough() };
    expect(await runHere(["init"], { cwd, terminal: nobody })).toMatchObject({
      code: 2,
      err: "Without a terminal give --smtp-host, --ses-region or --api, one at least.",
    });
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
      ["Which providers send your messages?", "\r"],
      ["The SMTP server's name", "\r"],
      ["Its port", "\r"],
      ["Does it want a login?", "\r"],
      ["The region of SES", "\r"],
      ["The sender of mails", "\r"],
      ["The configuration as", "\r"],
    ] as const;
    const result = await runHere(["init"], { cwd, terminal: terminal(dialogue) });
    expect(result).toMatchObject({ code: 0, out: expect.stringContaining("Then: relais check") });
    const chain = await loadChain({ cwd, env });
    expect(chain.links.map(({ id }) => id)).toEqual(["SMTP", "SES"]);
    await chain.close();
  });

  test("Ctrl-C writes nothing", async () => {
    const result = await runHere(["init"], { cwd, terminal: terminal([["Which providers send", "\x03"]]) });
    expect(result).toMatchObject({ code: 2, err: "Nothing was written." });
    expect(readdirSync(cwd)).toEqual(["package.json"]);
  });

  // `script` gives the program a terminal of its own, as a person's would be.
  test.runIf(needs("script"))(
    "a real one: wrong answers are asked again, and keys are not left raw",
    async () => {
      const bin = join(import.meta.dirname, "../../src/cli/bin.ts");
      const command = `stty rows 40 cols 120; ${process.execPath} --conditions=@relais/source ${bin} init --no-smtp-login --order smtp --format json; stty -a`;
      const running = spawn("script", ["-qefc", command, "/dev/null"], {
        cwd,
        env: { ...process.env, TERM: "xterm" },
      });
      const dialogue: [shown: string, keys: string][] = [
        ["The SMTP server's name", "\x15ann:pass@h\r"],
        ["nothing before or behind it", "\x15mail.example.net\r"],
        ["Its port", "\x15no\r"],
        ["from 1 to 65535", "\x152525\r"],
        ["The sender of mails", "shop@example.net\r"],
      ];
      let screen = "";
      let all = "";
      running.stdout.on("data", (part: Buffer) => {
        screen += part.toString();
        all += part.toString();
        const [shown, keys] = dialogue[0] ?? [];
        if (shown === undefined || keys === undefined || !screen.includes(shown)) return;
        dialogue.shift();
        screen = "";
        setTimeout(() => running.stdin.write(keys), 50);
      });
      await once(running, "close");
      expect(dialogue).toEqual([]);
      expect(all).toContain("Then: relais check");
      expect(all).toMatch(/ icanon /);
      expect(JSON.parse(readFileSync(join(cwd, "relais.config.json"), "utf8"))).toMatchObject({
        from: "shop@example.net",
        chain: [{ use: "smtp", options: { host: "mail.example.net", port: 2525 } }],
      });
    },
  );
});
