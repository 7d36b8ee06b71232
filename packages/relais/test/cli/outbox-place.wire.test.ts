import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOutbox } from "@relais/outbox";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pgliteFolder } from "../../../outbox/test/pglite-folder.ts";
import { runHere } from "./run-here.ts";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "relais-place-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const id = "018f0000-0000-7000-8000-000000000000";
const onMessages = [
  ["ls"],
  ["stats"],
  ["show", id],
  ["resend", id],
  ["resolve", id, "--as", "arrived"],
  ["cancel", id],
  ["purge"],
  ["copy", "--to", "postgres://localhost:1/x"],
];

test.each(onMessages)("outbox %s where there is no database makes none", async (...args) => {
  for (const flags of [[], ["--folder", "there"], ["--folder", ""]]) {
    const result = await runHere(["outbox", ...args, ...flags], { cwd });
    expect(result).toMatchObject({ code: 1, out: "" });
    const place = join(cwd, flags[1] || ".relais");
    expect(result.err).toContain(`There is no outbox in ${place}: `);
    expect(readdirSync(cwd)).toEqual([]);
  }
});

test("an empty folder is none, and one of blanks is a mistake, as a flag and in a configuration", async () => {
  const env = { NODE_ENV: "production" };
  const empty = await runHere(["outbox", "migrate", "--folder", ""], { cwd, env });
  expect(empty).toMatchObject({
    code: 2,
    err: expect.stringContaining("NODE_ENV is production, and no database"),
  });
  const blank = {
    code: 2,
    err: "The outbox cannot be opened: folder is blank: give the folder's name, or leave it out.",
  };
  for (const words of [["stats"], ["migrate"]]) {
    expect(await runHere(["outbox", ...words, "--folder", "  "], { cwd })).toMatchObject(blank);
  }
  writeFileSync(join(cwd, "relais.config.json"), JSON.stringify({ outbox: { folder: " \t" } }));
  expect(await runHere(["outbox", "stats"], { cwd })).toMatchObject(blank);
  expect(readdirSync(cwd)).toEqual(["relais.config.json"]);
});

test("resolve settles nothing unless it is told as what", async () => {
  await pgliteFolder(join(cwd, ".relais"));
  const outcome = await runHere(["outbox", "resolve", id], { cwd });
  const sentence = "--as is missing: say by --as arrived or --as not-arrived whether they did arrive.";
  expect(outcome).toEqual({ code: 2, out: "", err: sentence });
  const asJson = await runHere(["outbox", "resolve", id, "--json"], { cwd });
  expect(JSON.parse(asJson.out)).toEqual({ error: { code: 2, problems: [sentence] } });
});

test("the commands that show hints at are about the outbox that it showed", async () => {
  const folder = join(cwd, "it's here");
  await pgliteFolder(folder);
  const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Hello", text: "Hello" };
  const outbox = await createOutbox({ folder });
  const { id: unknown } = await outbox.enqueue(mail);
  await outbox.database.query("update relais.message set state = 'unknown' where id = $1", [unknown]);
  await outbox.close();
  const { out } = await runHere(["outbox", "show", unknown, "--folder", "it's here", "--no-env-file"], {
    cwd,
  });
  const quoted = "--no-env-file --folder 'it'\\''s here'";
  expect(out).toContain(`resolve ${unknown} --as arrived ${quoted}\n`);
  expect(out).toContain(`resend ${unknown} ${quoted}\n`);
  expect(out).toContain(`resolve ${unknown} --as not-arrived ${quoted}\n`);
  expect(existsSync(join(cwd, ".relais"))).toBe(false);
});
