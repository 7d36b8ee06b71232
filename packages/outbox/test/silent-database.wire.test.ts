import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOutbox, defaultFolder, type Outbox, type OutboxOptions } from "@relais/outbox";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { pgliteFolder } from "./pglite-folder.ts";
import { mail } from "./scripted.ts";
import { stores } from "./stores.ts";

let cwd: string;
beforeEach(() => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), "relais-silent-")));
  vi.spyOn(process, "cwd").mockReturnValue(cwd);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(cwd, { recursive: true, force: true });
});

/** What an application may write that lacks the variable. */
const url: string | undefined = undefined as string | undefined;

describe("a database that is named and is none", () => {
  test.each([["development"], ["production"]])("is one sentence where NODE_ENV is %s", async (stage) => {
    vi.stubEnv("NODE_ENV", stage);
    for (const folder of [{}, { folder: cwd }]) {
      // @ts-expect-error: it may be undefined
      const opening: Promise<Outbox> = createOutbox({ database: url, ...folder });
      await expect(opening).rejects.toThrow(/^database is undefined: is DATABASE_URL set/);
    }
    const nothing = { database: null } as unknown as OutboxOptions;
    await expect(createOutbox(nothing)).rejects.toThrow(/^database is null/);
    await expect(createOutbox({ database: "" })).rejects.toThrow("must be a URL like postgres://");
    expect(existsSync(join(cwd, ".relais"))).toBe(false);
  });

  test("types take what is surely given, or may be left out", () => {
    const left: OutboxOptions = {};
    const calls: readonly (() => Promise<Outbox>)[] = [
      () => createOutbox(),
      () => createOutbox(left),
      () => createOutbox({ database: url ?? "postgres://localhost/app" }),
      () => createOutbox({ folder: url }),
    ];
    expect(calls).toHaveLength(4);
  });
});

describe("neither a database nor a folder", () => {
  test.each(["production", " production\n"])("is refused where NODE_ENV is %j", async (stage) => {
    vi.stubEnv("NODE_ENV", stage);
    for (const options of [undefined, {}, { folder: undefined }, { from: "shop@example.org" }]) {
      const sentence = await createOutbox(options).catch((error: Error) => error.message);
      expect(sentence).toMatch(/^NODE_ENV is production, and no database is given/);
      for (const way of ["DATABASE_URL", "--database", "option database", "--folder", "option folder"])
        expect(sentence).toContain(way);
    }
    expect(existsSync(join(cwd, ".relais"))).toBe(false);
  });

  test("is PGlite elsewhere, with one warning that has the path; a folder on purpose has none", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    vi.stubEnv("NODE_ENV", "development");
    const folder = await pgliteFolder(join(cwd, ".relais"));
    await (await createOutbox({})).close();
    expect(warn.mock.calls).toEqual([[expect.stringContaining(`PGlite in ${folder},`), "RelaisOutbox"]]);
    vi.stubEnv("NODE_ENV", "production");
    await (await createOutbox({ folder })).close();
    expect(warn).toHaveBeenCalledTimes(1);
  }, 60_000);

  test("an empty folder is none, and one of blanks is a mistake", async () => {
    vi.stubEnv("NODE_ENV", "production");
    await expect(createOutbox({ folder: "" })).rejects.toThrow("NODE_ENV is production, and no database");
    for (const folder of [" ", "\t \n"])
      await expect(createOutbox({ folder })).rejects.toThrow(
        TypeError("folder is blank: give the folder's name, or leave it out"),
      );
  });

  test("the place that decides takes an environment and a folder of its own", () => {
    const said: string[] = [];
    const folder = defaultFolder({ env: {}, cwd: "/srv/app", warn: (sentence) => said.push(sentence) });
    expect([folder, said]).toEqual(["/srv/app/.relais", [expect.stringContaining("/srv/app/.relais")]]);
    expect(() => defaultFolder({ env: { NODE_ENV: "production" } })).toThrow(TypeError);
  });
});

describe.each(stores)("tables that nobody has made, on %s", (_name, open) => {
  test("are one sentence with the command, whatever is asked of them", async () => {
    const store = await open();
    const outbox = await store.outbox({ migrate: false });
    await outbox.database.query("drop schema if exists relais cascade");
    const sentence = /^The outbox's tables are not there, .*: run relais outbox migrate, or its SQL\.$/;
    const { database } = outbox;
    for (const run of [
      () => outbox.enqueue(mail()),
      () => outbox.enqueueMany([{ message: mail() }]),
      () => outbox.list(),
      () => outbox.stats(),
      () => outbox.purge(),
      () => database.transaction(async (tx) => void (await outbox.enqueue(mail(), { tx }))),
    ])
      await expect(run(), run.toString()).rejects.toThrow(sentence);
    await expect(database.query("select * from theirs")).rejects.toThrow('relation "theirs" does not exist');
    await outbox.close();
    await store.stop();
  }, 60_000);
});
