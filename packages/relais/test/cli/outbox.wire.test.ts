import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SmtpServer, smtpServer } from "@relais/conformance";
import { createOutbox, type Outbox } from "@relais/outbox";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { pgliteFolder } from "../../../outbox/test/pglite-folder.ts";
import { type CommandResult, runHere } from "./run-here.ts";

const bin = join(import.meta.dirname, "../../src/cli/bin.ts");
let server: SmtpServer;
let cwd: string;
let dsn: string;
beforeEach(async () => {
  server = await smtpServer();
  dsn = `smtp://${server.host}:${server.port}`;
  cwd = mkdtempSync(join(tmpdir(), "relais-outbox-"));
  await pgliteFolder(join(cwd, ".relais"));
});
afterEach(async () => {
  await server.close();
  rmSync(cwd, { recursive: true, force: true });
});

const pass = "sesame";
const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Your order", text: "Hello" };

async function withOutbox<T>(work: (outbox: Outbox) => Promise<T>): Promise<T> {
  const outbox = await createOutbox({ folder: join(cwd, ".relais") });
  try {
    return await work(outbox);
  } finally {
    await outbox.close();
  }
}

function worker(...more: string[]): { child: ChildProcess; said: () => string; errors: () => string } {
  const child = spawn(
    process.execPath,
    ["--conditions=@relais/source", bin, "worker", "--dsn", dsn, ...more],
    {
      cwd,
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_SES_FROM_EMAIL: "shop@example.org",
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let out = "";
  let err = "";
  child.stdout.on("data", (part: Buffer) => {
    out += part.toString();
  });
  child.stderr.on("data", (part: Buffer) => {
    err += part.toString();
  });
  return { child, said: () => out, errors: () => err };
}

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; !(await isSo()); tries++) {
    if (tries > 1_000) throw new Error("it did not come to be so");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const outbox = (...args: string[]): Promise<CommandResult> => runHere(["outbox", ...args], { cwd });

test("relais worker sends what is in the outbox, says by whom, answers probes, and ends at SIGTERM with 0", async () => {
  const { id } = await withOutbox((box) => box.enqueue(mail));
  const { child, said: result, errors } = worker("--port", "0", "--metrics");
  await until(() => result().includes(`${id} sent by SMTP`));
  expect(server.accepted).toHaveLength(1);
  const base = /http:\/\/127\.0\.0\.1:\d+/.exec(errors())?.[0] ?? "";
  expect(await (await fetch(`${base}/healthz`)).text()).toBe("ok\n");
  expect(await (await fetch(`${base}/readyz`)).text()).toBe("ok\n");
  const metrics = await (await fetch(`${base}/metrics`)).text();
  expect(metrics).toMatch(/^relais_deliveries_total\{.*status="sent",provider="SMTP"\} 1$/m);
  expect(metrics).toMatch(/^relais_outbox_messages\{state="sent"\} 1$/m);
  // The worker reports to the observers of its chain: each event once.
  expect(metrics).toMatch(/^relais_outbox_settled_total\{state="sent",provider="SMTP"\} 1$/m);
  expect((await fetch(`${base}/nothing`)).status).toBe(404);
  expect((await fetch(`${base}/healthz`, { method: "POST" })).status).toBe(405);
  const second = await outbox("stats");
  expect(second).toMatchObject({ code: 2, err: expect.stringContaining("is in use by another process") });
  child.kill("SIGHUP");
  await until(() => errors().includes("SIGHUP: "));
  child.kill("SIGTERM");
  expect((await once(child, "close"))[0]).toBe(0);
  expect(errors()).toMatch(
    /^(\S+) stops: it takes no more messages, and finishes 0 under way\n\1 has stopped\n$/m,
  );
}, 60_000);

test("relais worker --table works off a table of the application's own", async () => {
  await withOutbox((box) =>
    box.database.query(`create table outbound_deliveries (id serial primary key, recipient text, subject text, body text,
      status text default 'pending', delivery_trace jsonb, claimed_at timestamptz);
      insert into outbound_deliveries (recipient, subject, body) values ('ann@example.net', 'Hi', 'Hello');`),
  );
  const { child } = worker("--table", "outbound_deliveries");
  await until(() => server.accepted.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  child.kill("SIGTERM");
  expect((await once(child, "close"))[0]).toBe(0);
  const rows = await withOutbox((box) =>
    box.database.query("select status, delivery_trace->>'provider' as provider from outbound_deliveries"),
  );
  expect(rows).toEqual([{ status: "sent", provider: "SMTP" }]);
}, 60_000);

describe("relais outbox", () => {
  test("lists, shows, counts, cancels, resends, settles and purges", async () => {
    const [one, two] = await withOutbox(async (box) => {
      const made = [
        await box.enqueue(mail, { tenant: "a" }),
        await box.enqueue({ ...mail, to: "bob@example.net" }),
      ];
      await box.database.query("update relais.message set state = 'unknown' where id = $1", [made[0]?.id]);
      return made.map(({ id }) => id);
    });
    expect((await outbox("ls")).out.split("\n")).toEqual([
      expect.stringMatching(
        new RegExp(`^${two}  queued     default  bob@example.net  "Your order"  0 attempts$`),
      ),
      expect.stringMatching(new RegExp(`^${one}  unknown    a  ann@example.net`)),
    ]);
    expect((await outbox("ls", "--recipient", "BOB@example.net")).out).toContain(two);
    expect((await outbox("ls", "--state", "sent")).out).toBe("no messages");
    expect((await outbox("show", String(one))).out).toContain("state: unknown");
    expect(await outbox("show", "nonsense")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/\nid must be a UUID, as enqueue gave it\.$/),
    });
    expect(JSON.parse((await outbox("stats", "--json")).out)).toMatchObject({
      byState: { unknown: 1, queued: 1 },
    });
    expect(await outbox("resend")).toMatchObject({
      code: 2,
      err: expect.stringContaining("Say which messages"),
    });
    expect((await outbox("resend", "--state", "unknown", "--dry-run")).out).toBe("1 would be queued again");
    expect((await outbox("resend", "--all", "--dry-run")).out).toBe(
      "1 would be queued again\n1 left out: queued already",
    );
    expect(
      (await outbox("resolve", String(one), "--as", "arrived", "--by", "ann", "--reason", "log")).out,
    ).toBe("1 settled as sent");
    const none = "00000000-0000-0000-0000-000000000000";
    for (const [args, lines] of [
      [
        ["resend"],
        [
          "0 queued again",
          `${one} left out: sent, as operator:ann settled it`,
          `${two} left out: queued already`,
        ],
      ],
      [
        ["resend", "--dry-run"],
        ["0 would be queued again", `${one} left out: sent, as`, `${two} left out: queued`],
      ],
      [
        ["resolve", "--as", "not-arrived"],
        [
          "0 settled as failed",
          `${one} left out: sent, as operator:ann settled it: only unknown ones are settled`,
          `${two} left out: queued: only unknown`,
        ],
      ],
    ] as const) {
      const [command = "", ...flags] = args;
      const result = await outbox(command, String(one), String(two), none, ...flags);
      expect(result.code).toBe(1);
      for (const [i, line] of result.out.split("\n").entries())
        expect(line).toContain([...lines, `${none} left out: not found`][i]);
      expect(JSON.parse((await outbox(command, none, ...flags, "--json")).out).leftOut).toEqual([
        { id: none, why: "not found" },
      ]);
    }
    expect(JSON.parse((await outbox("show", String(one), "--json")).out)).toMatchObject({
      state: "sent",
      deliveryTrace: { resolution: { by: "operator:ann", note: "log" } },
    });
    expect((await outbox("cancel", String(two))).out).toBe("1 cancelled");
    expect(await outbox("cancel", String(two))).toMatchObject({
      code: 1,
      out: `0 cancelled\n${two} left out: cancelled: it is too late`,
    });
    expect((await outbox("resend", String(two), "--by", "ann")).out).toBe("1 queued again");
    expect((await outbox("purge", "--older-than", "1h")).out).toBe("0 deleted");
    expect((await outbox("purge")).out).toBe("1 deleted");
    expect((await outbox("purge", "--older-than", "soon")).err).toContain("a number with a unit");
  }, 60_000);

  test("prints the whole schema, which runs on an empty database", async () => {
    const { out, code } = await outbox("migrate", "--print");
    expect(code).toBe(0);
    expect(out).toMatch(/create table relais\.message[\s\S]*create table relais\.worker/);
    expect(await outbox("migrate")).toMatchObject({
      code: 0,
      out: expect.stringContaining("up to date: PGlite in"),
    });
  }, 60_000);

  test("prints the SQL of roles, and writes it as files with the tables, in their order", async () => {
    const { out, code } = await outbox("grants");
    expect([code, out.match(/^grant usage .*$/gm)]).toEqual([
      0,
      ["application", "worker", "operator", "reader"].map(
        (name) => `grant usage on schema relais to relais_${name};`,
      ),
    ]);
    const written = await outbox("grants", "sql");
    const names = ["1-tables", "2-application", "3-worker", "4-operator", "5-reader"];
    expect(written.out.split("\n")).toEqual(names.map((name) => join(cwd, "sql", `${name}.sql`)));
    const texts = names.map((name) => readFileSync(join(cwd, "sql", `${name}.sql`), "utf8"));
    expect(texts.join("\n")).toBe(`${(await outbox("migrate", "--print")).out}\n${out}`);
    writeFileSync(join(cwd, "taken"), "");
    const failed = await outbox("grants", "taken/sql");
    expect(failed).toMatchObject({ code: 1, err: expect.stringMatching(/cannot be written: E\w+\.$/) });
  });

  test.each([
    [["ls", "--database", `mysql://a:${pass}@b/c`], "database must be a URL like postgres://"],
    [["ls", "--database", `postgres://app:${pass}@127.0.0.1:1/none`], "ECONNREFUSED"],
  ])("%j is refused with a sentence, without the password", async (args, sentence) => {
    const result = await outbox(...args);
    expect(result).toMatchObject({ code: 2, err: expect.stringContaining(sentence) });
    expect(result.err).not.toContain(pass);
  });

  test("shows of an unknown message where it may be, by which Message-ID and when, and what to do then", async () => {
    server.script({ dot: { reset: true } });
    const id = await withOutbox(async (box) => (await box.enqueue(mail)).id);
    const { child, said } = worker();
    await until(() => said().includes(`${id} unknown`));
    child.kill("SIGTERM");
    await once(child, "close");
    const { out } = await outbox("show", id);
    expect(parse(out)).toMatchObject({ id, state: "unknown", messageId: `<${id}@example.org>` });
    expect(out).toContain(`Message-ID <${id}@example.org>`);
    expect(out).toMatch(/^# Look it up at SMTP, from \d{4}-\S+Z to \d{4}-\S+Z,$/m);
    const commands = [...out.matchAll(/^# {3}[^:]+: +relais outbox (.*)$/gm)].map(([, one = ""]) =>
      one.split(" "),
    );
    expect(commands).toEqual([
      ["resolve", id, "--as", "arrived"],
      ["resend", id],
      ["resolve", id, "--as", "not-arrived"],
    ]);
    expect(out).toContain("runbook.md#messages-are-unknown");
    expect((await outbox(...(commands[2] ?? []))).out).toBe("1 settled as failed");
    expect((await outbox(...(commands[1] ?? []))).out).toBe("1 queued again");
    expect((await outbox("show", id)).out).not.toContain("It may have arrived");
  }, 60_000);
});
