import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SmtpServer, smtpServer } from "@relais/conformance";
import { createOutbox, type Outbox } from "@relais/outbox";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
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
      err: "id must be a UUID, as enqueue gave it.",
    });
    expect(JSON.parse((await outbox("stats", "--json")).out)).toMatchObject({
      byState: { unknown: 1, queued: 1 },
    });
    expect(await outbox("resend")).toMatchObject({
      code: 2,
      err: expect.stringContaining("Say which messages"),
    });
    expect((await outbox("resend", "--state", "unknown", "--dry-run")).out).toBe("1 would be queued again");
    expect((await outbox("resolve", String(one), "--as", "sent", "--by", "ann", "--reason", "log")).out).toBe(
      "1 settled as sent",
    );
    expect(JSON.parse((await outbox("show", String(one), "--json")).out)).toMatchObject({
      state: "sent",
      deliveryTrace: { resolution: { by: "operator:ann", note: "log" } },
    });
    expect((await outbox("cancel", String(two))).out).toBe("1 cancelled");
    expect(await outbox("cancel", String(two))).toMatchObject({ code: 1 });
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

  test.each([
    [["ls", "--database", `mysql://a:${pass}@b/c`], "database must be a URL like postgres://"],
    [["ls", "--database", `postgres://app:${pass}@127.0.0.1:1/none`], "ECONNREFUSED"],
  ])("%j is refused with a sentence, without the password", async (args, sentence) => {
    const result = await outbox(...args);
    expect(result).toMatchObject({ code: 2, err: expect.stringContaining(sentence) });
    expect(result.err).not.toContain(pass);
  });
});
