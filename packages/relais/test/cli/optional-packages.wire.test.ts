import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";

const relais = join(import.meta.dirname, "../..");
const optional = ["conformance", "http", "outbox"];

// The command with all that it needs and nothing that it may do without.
const folder = mkdtempSync(join(tmpdir(), "relais-alone-"));
afterAll(() => rmSync(folder, { recursive: true }));
const modules = join(folder, "node_modules");
cpSync(join(relais, "src"), join(folder, "src"), { recursive: true });
cpSync(join(relais, "package.json"), join(folder, "package.json"));
mkdirSync(join(modules, "@relais"), { recursive: true });
for (const name of readdirSync(join(relais, "node_modules"))) {
  if (!name.startsWith(".") && name !== "@relais" && name !== "html-to-text")
    symlinkSync(join(relais, "node_modules", name), join(modules, name));
}
for (const name of readdirSync(join(relais, "node_modules/@relais"))) {
  if (!optional.includes(name))
    symlinkSync(join(relais, "node_modules/@relais", name), join(modules, "@relais", name));
}

function run(...args: string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const bin = join(folder, "src/cli/bin.ts");
  return spawnSync(process.execPath, ["--conditions=@relais/source", bin, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: process.env.PATH },
  });
}

afterEach(() => rmSync(join(folder, "relais.config.json"), { force: true }));

const error = (problem: string): string => `${JSON.stringify({ error: { code: 2, problems: [problem] } })}\n`;

test("conformance without its rules says how to install them", () => {
  expect(run("conformance", "./harness.ts", "--json")).toMatchObject({
    status: 2,
    stdout: error("The rules are not installed: npm install -D @relais/conformance"),
    stderr: "",
  });
});

test("an SMTP port of the preview without its server says how to install it", () => {
  expect(run("preview", "--smtp-port", "0", "--json")).toMatchObject({
    status: 2,
    stdout: error("The SMTP port is not installed: npm install -D @relais/conformance"),
    stderr: "",
  });
});

test("a text of the HTML without html-to-text says how to install it, as the reason of the delivery", () => {
  const program = `
    import { createChain } from "@relais/core";
    import { withText } from "./src/with-text.ts";
    const chain = createChain([{ id: "X", send: () => Promise.reject() }], { prepare: withText });
    const mail = { from: "a@example.org", to: "b@example.net", html: "<p>Hello</p>" };
    console.log((await chain.send(mail)).error);`;
  const args = ["--conditions=@relais/source", "--input-type=module-typescript", "-e", program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  expect(stdout, stderr).toContain("text: cannot be made of the HTML: npm install html-to-text");
});

test.each(["http", "@relais/http"])("use: %s without its package says how to install it", (use) => {
  writeFileSync(join(folder, "relais.config.json"), JSON.stringify({ chain: [{ use, options: {} }] }));
  expect(run("check", "--json")).toMatchObject({
    status: 2,
    stdout: error(
      `${join(folder, "relais.config.json")}, line 1: chain[0].use: ${JSON.stringify(use)} is not installed: npm install @relais/http`,
    ),
    stderr: "",
  });
});

test("so do a DSN for an API, and init", () => {
  const result = /"http" is not installed: npm install @relais\/http/;
  expect(run("check", "--dsn", "resend://K@default")).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(result),
  });
  expect(run("init", "--api", "resend", "--yes")).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(result),
  });
  expect(readdirSync(folder).filter((name) => name.startsWith("relais.config"))).toEqual([]);
});

test("what needs none of them works", () => {
  expect(run("config", "--dsn", "smtp://127.0.0.1")).toMatchObject({ status: 0, stderr: "" });
  expect(run("explain", "Throttling").stdout).toMatch(/^throttled: /);
});

test("a word that is nearly http is asked about", () => {
  writeFileSync(join(folder, "relais.config.json"), '{ "chain": [{ "use": "htpp" }] }');
  expect(run("check").stderr).toContain('"htpp" cannot be found; did you mean http?');
});
