import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type SmtpServer, smtpServer } from "@relais/conformance";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runHere } from "./run-here.ts";

let server: SmtpServer;
beforeAll(async () => {
  server = await smtpServer();
});
afterAll(() => server.close());

/** A folder with these files. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "relais-env-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const yaml = `chain: [{ use: smtp, id: "\${ID}", options: { host: 127.0.0.1 } }]\n`;
const idOf = async (cwd: string, args: readonly string[], env: Record<string, string> = {}) => {
  const { code, out, err } = await runHere(["config", "--json", ...args], { cwd, env });
  expect([code, err]).toEqual([code, ""]);
  return code === 0 ? (JSON.parse(out) as { chain: { id: string }[] }).chain[0]?.id : out;
};

describe("files of variables", () => {
  test("the .env beside the configuration is read, wherever the command stands", async () => {
    const folder = folderOf({
      "relais.config.yaml": yaml,
      ".env": 'ID="BESIDE" # a comment\n',
      "a/.env": "ID=INNER",
    });
    expect(await idOf(folder, [])).toBe("BESIDE");
    expect(await idOf(join(folder, "a"), [])).toBe("BESIDE");
    const other = folderOf({ ".env": "ID=HERE" });
    expect(await idOf(other, ["--config", join(folder, "relais.config.yaml")])).toBe("BESIDE");
    const env = { RELAIS_CONFIG: join(folder, "relais.config.yaml") };
    expect(await idOf(other, [], env)).toBe("BESIDE");
  });

  test("what is set stays, even if it is empty", async () => {
    const folder = folderOf({ "relais.config.yaml": yaml, ".env": "ID=BESIDE" });
    expect(await idOf(folder, [], { ID: "SET" })).toBe("SET");
    expect(await idOf(folder, [], { ID: "" })).toContain("ID, which is empty");
  });

  test("--env-file reads others in its place, the last wins; --no-env-file reads none", async () => {
    const folder = folderOf({
      "relais.config.yaml": yaml,
      ".env": "ID=BESIDE",
      one: "ID=ONE",
      two: "ID=TWO",
    });
    expect(await idOf(folder, ["--env-file", "one"])).toBe("ONE");
    expect(await idOf(folder, ["--env-file", "one", "--env-file=two"])).toBe("TWO");
    expect(await idOf(folder, ["--no-env-file"])).toContain("ID, which is not set");
    expect(await idOf(folder, ["--env-file", "three"])).toContain(
      `${join(folder, "three")} cannot be read: ENOENT.`,
    );
  });

  test("by the program itself: one that is there is read, one that is not is refused by Node.js with its name", async () => {
    const folder = folderOf({ "relais.config.yaml": yaml, one: "ID=ONE" });
    const bin = join(import.meta.dirname, "../../src/cli/bin.ts");
    const run = (file: string) =>
      promisify(execFile)(
        process.execPath,
        ["--conditions=@relais/source", bin, "config", "--env-file", file],
        {
          cwd: folder,
        },
      );
    expect((await run("one")).stdout).toContain("id: ONE");
    const refused = await run("nope.env").catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 9, stderr: expect.stringContaining("nope.env: not found") });
  });

  test("in production none is read that nobody named", async () => {
    const folder = folderOf({ "relais.config.yaml": yaml, ".env": "ID=BESIDE" });
    const env = { NODE_ENV: "production" };
    expect(await idOf(folder, [], { ...env })).toContain("ID, which is not set");
    expect(await idOf(folder, ["--env-file", ".env"], { ...env })).toBe("BESIDE");
    const here = folderOf({ ".env": "SMTP_HOST=127.0.0.1" });
    expect((await runHere(["config"], { cwd: here, env: { ...env } })).code).toBe(2);
  });

  test("without a configuration the .env of the folder describes the chain, and names it", async () => {
    const folder = folderOf({
      ".env": `SMTP_HOST=${server.host}\nSMTP_PORT=${server.port}\nSMTP_REQUIRE_TLS=false\nSMTP_IGNORE_TLS=true\n`,
    });
    const checked = await runHere(["check"], { cwd: folder });
    expect(checked).toMatchObject({ code: 0 });
    expect(checked.out).toContain(`Chain from the environment with ${join(folder, ".env")}:`);
    const to = ["--to", "ann@example.net", "--from", "shop@example.org", "--subject", "Hello"];
    expect(await runHere(["send", ...to, "--env-file", ".env"], { cwd: folder })).toMatchObject({ code: 0 });
    expect(server.accepted.at(-1)?.to).toEqual(["ann@example.net"]);
  });

  test("what it holds is there for a configuration that is a program, and for the AWS client", async () => {
    const folder = folderOf({
      "relais.config.mjs": `export default { chain: [{ use: "smtp", id: process.env.ID, options: { host: "127.0.0.1" } }] };`,
      ".env": "ID=PROGRAM",
    });
    const bin = join(import.meta.dirname, "../../src/cli/bin.ts");
    const args = ["--conditions=@relais/source", bin, "config", "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({ chain: [{ id: "PROGRAM" }] });
  });
});

describe("relais check --all", () => {
  const chains = (prod: string): string => `
chains:
  dev: [{ use: smtp, options: { host: 127.0.0.1 } }]
  prod:
    - use: smtp
      options: { host: "\${PROD_HOST}", port: "\${PROD_PORT}", auth: { user: "\${PROD_USER}", pass: { file: ./pass } }${prod} }
    - { use: ses, options: { region: "\${PROD_REGION}", credentials: { accessKeyId: "\${A}", secretAccessKey: "\${B}" } } }
    - { use: http, id: "\${ID}", options: { api: resend, apiKey: "\${RESEND}" } }
`;

  test("checks every chain without connecting and without secrets, and says what is not here", async () => {
    const folder = folderOf({ "relais.config.yaml": chains("") });
    const result = await runHere(["check", "--all"], { cwd: folder });
    expect(result).toMatchObject({ code: 0, err: "" });
    expect(result.out.split("\n").slice(1)).toEqual([
      "  dev   ok",
      "  prod  ok  not here: PROD_HOST, PROD_PORT, PROD_USER, ./pass, PROD_REGION, A, B, ID, RESEND",
    ]);
    const json = await runHere(["check", "--all", "--json"], { cwd: folder, env: { PROD_HOST: "h" } });
    expect(JSON.parse(json.out)).toMatchObject({ chains: [{ name: "dev", missing: [] }, { name: "prod" }] });
  });

  test.each([
    [", prot: 25", 'line 6: chains.prod[0].options: "prot" is not an option; did you mean port?'],
    [
      ", tls: { rejectUnauthorized: false }",
      "tls.rejectUnauthorized: false also needs allowInsecureTls: true",
    ],
    [
      " }\n      retries: 3\n      breaker: { failureRate: 1",
      'chains.prod[0]: "retries" is not an option; did you mean retry?',
    ],
    [", name: $SMTP_NAME", "prod[0].options.name: names a variable as Relais does not; write ${SMTP_NAME}"],
    [', name: "{{ NAME }}"', "prod[0].options.name: names a variable as Relais does not; write ${NAME}"],
    [
      " }\n    - { use: $PROD_PLUGIN }\n    - use: smtp\n      options: { host: a.example",
      "prod[1].use: names a variable as Relais does not; write ${PROD_PLUGIN}",
    ],
  ])("finds what is wrong in a chain that is not used: %s", async (mistake, sentence) => {
    const folder = folderOf({ "relais.config.yaml": chains(mistake) });
    const result = await runHere(["check", "--all"], { cwd: folder });
    expect(result.code).toBe(2);
    expect(result.err.split("\n")).toHaveLength(1);
    expect(result.err).toContain(sentence);
    // The chain that is used knows nothing of it.
    expect((await runHere(["config", "--chain", "dev"], { cwd: folder })).code).toBe(0);
  });

  test("needs a configuration, and no chain", async () => {
    expect(await runHere(["check", "--all"])).toMatchObject({ code: 2 });
    const folder = folderOf({ "relais.config.yaml": chains("") });
    expect(await runHere(["check", "--all", "--chain", "dev"], { cwd: folder })).toMatchObject({
      code: 2,
      err: "--all goes without --chain.",
    });
  });
});
