import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** Runs a program in a Node.js of its own, and lists the packages that it has loaded. */
async function loadedBy(program: string): Promise<string[]> {
  const code = `
    import { registerHooks } from "node:module";
    const urls = [];
    registerHooks({ load(url, context, next) { urls.push(url); return next(url, context); } });
    ${program}
    console.log(JSON.stringify(urls));`;
  const args = ["--conditions=@relais/source", "--input-type=module", "-e", code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
  const urls = JSON.parse(stdout) as string[];
  const packages = urls.map((url) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]);
  const folders = urls.map((url) => /\/packages\/relais\/src\/(\w+)\//.exec(url)?.[1]);
  return [...new Set([...packages, ...folders])].filter((name) => name !== undefined);
}

/** What the command needs, or a configuration, or a provider when it sends. */
const late = /^(?:yaml|zod|postal-mime|csv-parse|commander|@clack\/.*|@aws-sdk\/.*|@smithy\/.*|cli|status)$/;
const options = `{ host: "127.0.0.1", port: 1 }`;

test("what an application imports loads neither the command nor what reads configurations", async () => {
  const loaded = await loadedBy(`
    const { chainFromEnv, createChain, emailNotice, noticeObserver, smtp, webhook } = await import("relais");
    const chain = createChain([smtp(${options})], {
      observers: [noticeObserver({ notify: webhook("http://127.0.0.1:1") })],
    });
    emailNotice(chain, { to: "ann@example.net" });
    await chainFromEnv({ SMTP_HOST: "127.0.0.1" }).close();
    await chain.close();`);
  expect(loaded).toEqual(expect.arrayContaining(["opossum", "environment", "notices"]));
  expect(loaded.filter((name) => late.test(name))).toEqual([]);
});

test("reading a configuration loads what checks it, and not the command", async () => {
  const loaded = await loadedBy(`
    const { loadChain } = await import("relais");
    await (await loadChain({ config: { chain: [{ use: "smtp", options: ${options} }] } })).close();`);
  expect(loaded.filter((name) => late.test(name))).toEqual(["zod"]);
});

test("the command's help loads none of the libraries that send, ask or check", async () => {
  const program = join(import.meta.dirname, "../src/cli/program.ts");
  const loaded = await loadedBy(`
    const { runProgram } = await import(${JSON.stringify(program)});
    const none = () => undefined;
    await runProgram(["send", "--help"], "", { env: {}, cwd: "/", out: none, err: none, stdin: async () => undefined });`);
  expect(loaded).toEqual(expect.arrayContaining(["commander", "cli"]));
  expect(loaded.filter((name) => /^(?:yaml|zod|opossum|nodemailer|@clack\/.*|status)$/.test(name))).toEqual(
    [],
  );
});
