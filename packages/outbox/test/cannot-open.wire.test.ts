import { chmodSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { inspect } from "node:util";
import { testCertificate } from "@relais/conformance";
import { createOutbox, databaseError } from "@relais/outbox";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { freePort } from "../../../test/repo/free-port.ts";
import { needs } from "../../../test/repo/system.ts";
import { postgresName } from "../src/database/postgres.ts";
import { type PostgresServer, postgresServer } from "./postgres-server.ts";

const password = "s3same%2Bopen";

async function failureOf(database: string | pg.Pool): Promise<Error> {
  const error: unknown = await createOutbox({ database }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Error);
  const { message, cause } = error as Error;
  expect(message).toMatch(/^The outbox cannot be opened: [^\n]+[.?]$/);
  expect(cause).toBeInstanceOf(Error);
  // Neither what it says nor what a logger finds in it.
  expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/s3same/);
  return error as Error;
}

test("a server that is not there, as it refuses and as it has no name", async () => {
  const port = await freePort();
  const url = `postgres://app:${password}@127.0.0.1:${port}/mail`;
  expect((await failureOf(url)).message).toBe(
    `The outbox cannot be opened: connect ECONNREFUSED 127.0.0.1:${port} (Postgres at 127.0.0.1:${port}/mail); is it running there?`,
  );
  const pool = new pg.Pool({ host: "127.0.0.1", port, database: "mail", user: "app", password: "s3same" });
  expect((await failureOf(pool)).message).toContain(`(Postgres at 127.0.0.1:${port}/mail); is it`);
  await pool.end();
  expect((await failureOf(`postgres://app:${password}@nowhere.invalid/mail`)).message).toMatch(
    /\(Postgres at nowhere\.invalid:5432\/mail\); is it running there\?$/,
  );
  expect((await failureOf(`${url}?sslmode=verify-full&sslrootcert=/none.pem`)).message).toMatch(
    /ENOENT.*\/none\.pem.*; fix the path of the file in its URL\.$/,
  );
});

test("a server that speaks something else", async () => {
  const server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(
    0,
    "127.0.0.1",
  );
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await failureOf(`postgres://app:${password}@127.0.0.1:${port}/mail`);
  server.close();
});

describe.runIf(needs("postgres"))("a server that lets nobody in", () => {
  let server: PostgresServer;
  let url: URL;
  const as = (changes: Partial<URL>, search = ""): string =>
    Object.assign(new URL(url), { search, ...changes }).href;

  beforeAll(async () => {
    server = await postgresServer();
    url = new URL(await server.database());
    const admin = new pg.Client(url.href);
    await admin.connect();
    const write = async (lines: string, place: string): Promise<void> => {
      const quoted = admin.escapeLiteral(lines);
      await admin.query(`do $$ begin execute format(
        'copy (select unnest(string_to_array(%L, chr(10)))) to %L', ${quoted}, ${place}); end $$`);
    };
    const { key, cert } = testCertificate("wrongName");
    const folder = "current_setting('data_directory')";
    await write(String(cert).trim(), `${folder} || '/tls.crt'`);
    await write(String(key).trim(), `${folder} || '/tls.key'`);
    const { rows } = await admin.query(`select ${folder} as folder`);
    chmodSync(join(rows[0].folder, "tls.key"), 0o600);
    await admin.query("create role app login password 's3same+open'");
    await write(
      "host all app 127.0.0.1/32 scram-sha-256\nhost all postgres 127.0.0.1/32 trust",
      "current_setting('hba_file')",
    );
    await admin.query("select pg_reload_conf()");
    await admin.end();
    await vi.waitFor(() => failureOf(as({ username: "app", password: "s3same" })));
  }, 60_000);
  afterAll(() => server.stop());

  test.each([
    [
      "a wrong password",
      { username: "app", password: "s3same" },
      "",
      /authentication failed .*; fix the user or the password/,
    ],
    [
      "no password",
      { username: "app", password: "" },
      "",
      /password must be a string .*; fix the user or the password/,
    ],
    [
      "a role it does not know",
      { username: "s", password },
      "",
      /no pg_hba\.conf entry .*; allow it in pg_hba\.conf/,
    ],
    [
      "a database it does not have",
      { pathname: "/none" },
      "",
      /database "none" does not exist .*\/none\); make the database/,
    ],
    ["TLS, which it has not", {}, "?sslmode=require", /does not support SSL .*; leave out sslmode/],
  ] as const)("%s", async (_, changes, search, sentence) => {
    const { message } = await failureOf(as(changes, search));
    expect(message).toMatch(sentence);
    expect(message).toContain(`(Postgres at ${url.host}/`);
  });

  test("a certificate that is not trusted", async () => {
    const admin = new pg.Client(url.href);
    await admin.connect();
    for (const setting of ["ssl = on", "ssl_cert_file = 'tls.crt'", "ssl_key_file = 'tls.key'"])
      await admin.query(`alter system set ${setting}`);
    await admin.query("select pg_reload_conf()");
    await admin.end();
    await expect
      .poll(async () => (await failureOf(as({}, "?sslmode=verify-full"))).message)
      .toMatch(/certificate.*; trust its certificate by sslrootcert in its URL/);
  });
});

test("a password with signs that end a URL's user part is told before anything is connected", async () => {
  for (const sign of ["#", "/", "?"]) {
    const database = `postgres://app:${`12${sign}x`}@db/mail`;
    const error: unknown = await createOutbox({ database }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(/percent-encoded/);
    expect((error as Error).message).not.toMatch(/12/);
  }
});

test("which database it is has no password, in any form of an address", () => {
  for (const [url, place] of [
    [
      `postgres://app:${password}@db.example.org:6432/mail?sslmode=require`,
      "Postgres at db.example.org:6432/mail",
    ],
    [`postgresql://app:${password}@db.example.org/mail`, "Postgres at db.example.org:5432/mail"],
    [`postgres:///mail?host=/var/run&password=${password}`, "Postgres at /var/run:5432/mail"],
    [`postgres://app:${password}@[2001:db8::1]/mail`, "Postgres at [2001:db8::1]:5432/mail"],
    [`postgres://app:${password}#@db/mail`, "Postgres"],
  ] as const)
    expect(postgresName({ connectionString: url })).toBe(place);
  const many = new AggregateError([Object.assign(new Error("connect\n  refused"), { code: "ECONNREFUSED" })]);
  expect(databaseError("It failed", many, "here")).toBe(
    "It failed: connect refused (here); is it running there?",
  );
  expect(databaseError("It failed", new Error("memory"), "PGlite in /x")).toBe(
    "It failed: memory (PGlite in /x).",
  );
  for (const odd of [undefined, null, "x", {}, new Error("")])
    expect(databaseError("It failed", odd, "here")).toMatch(/^It failed: it failed \(here\); try again/);
});
