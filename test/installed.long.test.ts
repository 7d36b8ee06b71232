import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { root } from "./repo/root.ts";
import { run } from "./repo/run.ts";

// What a user gets: every package packed, installed with npm into an empty project somewhere else, and used by name.
const packed = inject("tarballs");
const project = mkdtempSync(join(tmpdir(), "relais-installed-"));
const npm = (...args: string[]) => run("npm", args, { cwd: project, timeoutMs: 240_000 });

const program = (typed: boolean) => `
import { sesServer, smtpServer } from "@relais/conformance";
import { chainFromEnv, loadChain } from "relais";
import plugin from "@relais/smtp";
import { definePlugin } from "@relais/core/spi";
import { relaisTransport } from "@relais/nodemailer";

const far${typed ? ": { smtp: Awaited<ReturnType<typeof smtpServer>> }" : ""} = { smtp: await smtpServer() };
const ses = await sesServer();
const mail = { from: "a@example.org", to: "b@example.net", subject: "Hello", text: "Hello" };
const options = { host: far.smtp.host, port: far.smtp.port };
const chain = await loadChain({ config: { chain: [{ use: "smtp", options }, { use: "@relais/ses", options: { region: "eu-west-1", endpoint: ses.endpoint, credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" } } }] } });
const first = await chain.send(mail);
await far.smtp.down();
const second = await chain.send(mail);
console.log(first.success && first.provider, second.success && second.provider, plugin.name, typeof definePlugin, typeof chainFromEnv, typeof relaisTransport);
await chain.close();
await far.smtp.close();
await ses.close();
`;

beforeAll(async () => {
  expect(inject("buildErrors")).toBe("");
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ name: "somebody-elses", private: true, type: "module" }),
  );
  writeFileSync(join(project, "app.ts"), program(true));
  writeFileSync(join(project, "app.js"), program(false));
  const compilerOptions = {
    strict: true,
    module: "nodenext",
    target: "es2024",
    types: ["node"],
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["app.ts"] }));
  const tarballs = readdirSync(packed).map((name) => join(packed, name));
  const tools = ["nodemailer@10.6.0", "typescript@7.0.2", "@types/node@22.20.5", "node22@npm:node@22.23.3"];
  const { code, said } = await npm("install", "--no-audit", "--no-fund", ...tarballs, ...tools);
  expect(code, said).toBe(0);
}, 300_000);

describe("installed from tarballs into an empty project", () => {
  test("it type-checks, strictly, libraries included", async () => {
    const { code, said } = await run(join(project, "node_modules/.bin/tsc"), ["-p", project], {
      cwd: project,
    });
    expect(code, said).toBe(0);
  });

  test.each([
    ["the Node that runs the tests", process.execPath],
    ["Node 22", join(project, "node_modules/node22/bin/node")],
  ])("it works by name, in plain JavaScript, under %s", async (_what, node) => {
    const { code, said, stdout } = await run(node, ["app.js"], { cwd: project });
    expect(code, said).toBe(0);
    expect(stdout.trim()).toBe("SMTP SES smtp function function function");
  });

  test("its command is installed", async () => {
    const { code, said } = await run(
      join(project, "node_modules/.bin/relais"),
      ["explain", "550 5.1.1 nobody"],
      { cwd: project },
    );
    expect(code, said).toBe(0);
    expect(said).toContain("rejected: ");
    expect(root).not.toBe(project);
  });
});
