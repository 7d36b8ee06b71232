import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pgliteFolder } from "../../../outbox/test/pglite-folder.ts";
import { openOutbox } from "../../src/cli/outbox/open-outbox.ts";
import { runHere } from "./run-here.ts";

let cwd: string;
/** Where a mistake is: the file is one line of JSON. */
let place: string;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "relais-outbox-settings-"));
  place = `${join(cwd, "relais.config.json")}, line 1`;
  await pgliteFolder(join(cwd, ".relais"));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const config = (outbox: object): void =>
  writeFileSync(
    join(cwd, "relais.config.json"),
    JSON.stringify({
      chain: [{ use: "smtp", options: { host: "a.example.org", auth: { user: "ann", pass: "${NOT_SET}" } } }],
      outbox,
      from: "${SENDER}",
    }),
  );
const context = (env: Record<string, string>) => ({
  env,
  cwd,
  out: () => undefined,
  err: () => undefined,
  terminal: undefined,
  stdin: async () => undefined,
});

test("what variables say of the outbox are numbers for the worker; secrets of the chain are not needed", async () => {
  config({ concurrency: "${WORKERS}", keepSentForMs: "${KEEP}", queryTimeoutMs: "${LIMIT:-5000}" });
  const env = { WORKERS: "7\r\n", KEEP: " 86400000 ", SENDER: "shop@example.org\n" };
  const { outbox, settings } = await openOutbox({}, context(env));
  await outbox.close();
  expect(settings).toMatchObject({
    concurrency: 7,
    keepSentForMs: 86_400_000,
    queryTimeoutMs: 5_000,
    from: "shop@example.org",
  });
});

test("no database is PGlite beside the configuration with a line that says so, and nothing where NODE_ENV is production", async () => {
  config({});
  const run = (env: Record<string, string>, ...flags: string[]) =>
    runHere(["outbox", "stats", ...flags], { cwd, env: { SENDER: "a@b.example", ...env } });
  const folder = join(cwd, ".relais");
  const noticed = await run({});
  expect(noticed.code).toBe(0);
  expect(noticed.err).toBe(
    `No database is given: the outbox is PGlite in ${folder}, for one process. A Postgres is given by DATABASE_URL, --database or the option database.`,
  );
  const env = { NODE_ENV: "production" };
  const chain = ["--dsn", "smtp://127.0.0.1:9"];
  const empty = { ...env, DATABASE_URL: "" };
  for (const result of [
    await run(env),
    await run(empty),
    await run(env, "--json").then(({ code, out }) => ({
      code,
      err: JSON.parse(out).error.problems.join(),
      out: "",
    })),
    await runHere(["worker", ...chain], { cwd, env: { SENDER: "a@b.example", ...env } }),
    await runHere(["serve", "--port", "0", ...chain], { cwd, env: { SENDER: "a@b.example", ...env } }),
  ]) {
    expect(result).toMatchObject({ code: 2, out: "" });
    expect(result.err).toMatch(
      /^The outbox cannot be opened: NODE_ENV is production, and no database .*--folder/,
    );
    expect(result.err.split("\n")).toHaveLength(1);
  }
  expect(await run(env, "--folder", folder)).toMatchObject({ code: 0, err: "" });
  config({ folder: ".relais" });
  expect(await run(env)).toMatchObject({ code: 0, err: "" });
}, 60_000);

test("what is wrong there is one sentence, with exit code 2", async () => {
  config({ concurrency: "${WORKERS}", connection: 3 });
  const result = await runHere(["outbox", "stats"], { cwd, env: { WORKERS: "many", SENDER: "a@b.example" } });
  expect(result).toMatchObject({ code: 2, out: "" });
  expect(result.err.split("\n")).toEqual([
    `${place}: outbox.concurrency: must be a number, got a string`,
    `${place}: outbox: "connection" is not an option; did you mean connections?`,
  ]);
});

test("a variable with nothing in it is no database: nobody's mail goes into another one unseen", async () => {
  config({ database: "${DATABASE}" });
  const result = await runHere(["outbox", "stats"], { cwd, env: { DATABASE: "\n", SENDER: "a@b.example" } });
  expect(result).toMatchObject({
    code: 2,
    err: `${place}: outbox.database: names the environment variable DATABASE, which is empty`,
  });
});
