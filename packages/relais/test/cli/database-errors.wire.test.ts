import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createOutbox, type Outbox } from "@relais/outbox";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needs } from "../../../../test/repo/system.ts";
import { pgliteFolder } from "../../../outbox/test/pglite-folder.ts";
import { type PostgresServer, postgresServer } from "../../../outbox/test/postgres-server.ts";
import { type CommandResult, runHere } from "./run-here.ts";

const pass = "s3same%2Bopen";
const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Your order", text: "Hello" };
const id = "7f4afc49-95ea-4da1-9dff-f9af0aa2a512";

/** Each with what its sentence begins with, and whether it changes something. */
const commands: readonly (readonly [string, string, boolean])[] = [
  ["outbox ls", "Listing the messages", false],
  [`outbox show ${id}`, "Showing the message", false],
  ["outbox stats", "Counting the messages", false],
  ["outbox resend --all", "Queueing the messages again", true],
  ["outbox resolve --all --as arrived", "Settling the messages", true],
  ["outbox cancel --all", "Cancelling the messages", true],
  ["outbox purge", "Deleting the messages", true],
];

function isSentence({ err, out }: CommandResult, ...parts: readonly string[]): void {
  expect(err.split("\n")).toHaveLength(1);
  expect(out).toBe("");
  expect(err).not.toMatch(/s3same|open@|undefined|\bat .*\.ts|Error:/);
  expect(err).toMatch(/[.?]$/);
  for (const part of parts) expect(err).toContain(part);
}

describe.runIf(needs("postgres"))("a database that fails while a command is at it", () => {
  let server: PostgresServer;
  let url: string;
  let place: string;
  let outbox: Outbox;
  let cwd: string;
  const as = (user: string, database = url): string =>
    Object.assign(new URL(database), { username: user, password: pass }).href;
  const run = (command: string, database: string, ...more: string[]): Promise<CommandResult> =>
    runHere([...command.split(" "), "--database", database, ...more], { cwd });
  beforeAll(async () => {
    server = await postgresServer();
    url = await server.database();
    cwd = mkdtempSync(join(tmpdir(), "relais-faults-"));
    const { hostname, port, pathname } = new URL(url);
    place = `Postgres at ${hostname}:${port}${pathname}`;
    outbox = await createOutbox({ database: url });
    await outbox.enqueue(mail);
    await outbox.database.query("update relais.message set state = 'unknown'");
    await outbox.enqueue(mail);
    await outbox.database.query(`create role powerless login; create role reads login;
      grant usage on schema relais to reads;
      grant select, insert, update, delete on all tables in schema relais to reads;
      alter role reads set default_transaction_read_only = on`);
  }, 60_000);
  afterAll(async () => {
    await outbox.close();
    await server.stop();
    rmSync(cwd, { recursive: true });
  });

  const waiting = async (count: number): Promise<void> => {
    const sql = `select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
    const look = await createOutbox({ database: url, migrate: false });
    for (let i = 0; (await look.database.query(sql)).length < count; i++) {
      if (i > 400) throw new Error("it does not wait");
      await sleep(20);
    }
    await look.close();
  };
  const locked = (during: () => Promise<void>): Promise<void> =>
    outbox.database.transaction(async (tx) => {
      await tx.query("lock table relais.message in access exclusive mode");
      await during();
    });

  test.each(commands)(
    "%s: its connection is ended",
    async (command, words) => {
      for (const flags of [[], ["--json"]]) {
        let result: Promise<CommandResult> | undefined;
        await locked(async () => {
          result = run(command, as("postgres"), ...flags);
          await waiting(1);
          await outbox.database.query(
            "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'",
          );
        });
        const ended = (await result) as CommandResult;
        expect(ended.code).toBe(1);
        if (flags.length === 0) isSentence(ended, `${words} failed: `, place, "try again when it answers");
        else {
          const { error } = JSON.parse(ended.out);
          expect(error).toEqual({ code: 1, problems: [expect.stringContaining(place)] });
          expect(ended.err).toBe("");
        }
      }
    },
    30_000,
  );

  test.each(commands)("%s: its role has no rights", async (command, words) => {
    const result = await run(command, as("powerless"), "--no-migrate");
    expect(result.code).toBe(1);
    isSentence(
      result,
      `${words} failed: permission denied`,
      place,
      "relais outbox grants writes the SQL of the rights",
    );
  });

  test.each(commands.filter(([, , changes]) => changes))(
    "%s: it takes no changes",
    async (command, words) => {
      const result = await run(command, as("reads"));
      expect(result.code).toBe(1);
      isSentence(result, `${words} failed: cannot execute`, place, "give the address of the primary");
    },
  );

  test.each(commands)("%s: its tables are not there", async (command, words) => {
    const empty = await server.database();
    const result = await run(command, as("postgres", empty), "--no-migrate");
    expect(result.code).toBe(1);
    isSentence(
      result,
      `${words} failed: The outbox's tables are not there`,
      new URL(empty).pathname,
      "relais outbox migrate",
    );
  });

  test("copy: either of both", async () => {
    const target = await server.database();
    let result: Promise<CommandResult> | undefined;
    await locked(async () => {
      result = run("outbox copy", as("postgres"), "--to", target);
      await waiting(1);
      await outbox.database.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'",
      );
    });
    const ended = (await result) as CommandResult;
    expect(ended.code).toBe(1);
    isSentence(ended, "Copying failed: ", place, new URL(target).pathname);
    const role = await createOutbox({ database: target, migrate: false });
    await role.database.query("grant usage on schema relais to powerless");
    await role.close();
    const denied = await run("outbox copy", url, "--to", as("powerless", target), "--no-migrate");
    expect(denied.code).toBe(1);
    isSentence(denied, "Copying failed: permission denied", new URL(target).pathname);
  }, 30_000);

  const opens = [...commands.map(([command]) => command), "outbox migrate", "worker", "serve --port 0"];
  test.each(opens)("%s: it cannot be opened", async (command) => {
    const chain = command.startsWith("outbox") ? [] : ["--dsn", "smtp://127.0.0.1:9"];
    const closed = Object.assign(new URL(as("app")), { port: "1" }).href;
    const none = Object.assign(new URL(as("postgres")), { pathname: "/none" }).href;
    for (const [database, ...parts] of [
      [closed, "ECONNREFUSED", "Postgres at 127.0.0.1:1/", "is it running there?"],
      [none, 'database "none" does not exist', "make the database"],
      [as("nobody"), 'role "nobody" does not exist', place],
      [as("powerless"), "permission denied", place],
    ] as const) {
      const result = await run(command, database, ...chain);
      expect(result.code).toBe(2);
      isSentence(result, "The outbox cannot be opened: ", ...parts);
    }
  });

  test("a worker that finds no tables or may not use them does not begin", async () => {
    const empty = await server.database();
    const chain = ["--no-migrate", "--dsn", "smtp://127.0.0.1:9"];
    for (const [database, part] of [
      [as("postgres", empty), new URL(empty).pathname],
      [as("powerless"), place],
    ] as const) {
      const result = await run("worker", database, ...chain);
      expect(result.code).toBe(2);
      isSentence(result, "The worker cannot start: ", part);
    }
  }, 30_000);

  test("the whole server crashes: every command that is at it says so", async () => {
    const result: Promise<CommandResult>[] = [];
    await locked(async () => {
      result.push(...commands.map(([command]) => run(command, as("postgres"))));
      await waiting(commands.length);
      await server.restart();
    }).catch(() => undefined);
    for (const [i, one] of (await Promise.all(result)).entries()) {
      expect([commands[i]?.[0], one.code]).toEqual([commands[i]?.[0], 1]);
      isSentence(one, `${commands[i]?.[1]} failed: `, place);
    }
  }, 60_000);
});

describe("a folder of PGlite", () => {
  test("that another has, that is none, or that holds something else is a sentence", async () => {
    const root = mkdtempSync(join(tmpdir(), "relais-faults-"));
    const taken = await pgliteFolder(join(root, "taken"));
    const outbox = await createOutbox({ folder: taken });
    const file = join(root, "file");
    writeFileSync(file, "");
    for (const [command] of commands) {
      for (const [folder, part] of [
        [taken, "is in use by another process"],
        [file, "folder must be a folder"],
      ] as const) {
        const result = await runHere([...command.split(" "), "--folder", folder], { cwd: root });
        expect(result.code).toBe(2);
        isSentence(result, "The outbox cannot be opened: ", part, folder);
      }
    }
    await outbox.database.query("drop schema relais cascade");
    await outbox.close();
    for (const [command, words] of commands) {
      const result = await runHere([...command.split(" "), "--folder", taken, "--no-migrate"], { cwd: root });
      expect(result.code).toBe(1);
      isSentence(
        result,
        `${words} failed: The outbox's tables are not there`,
        `PGlite in ${taken}`,
        "relais outbox migrate",
      );
    }
    rmSync(root, { recursive: true });
  }, 60_000);
});
