import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SmtpServer, smtpServer } from "@relais/conformance";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runHere } from "./run-here.ts";

let server: SmtpServer;
let dsn: string;
beforeEach(async () => {
  server = await smtpServer();
  dsn = `smtp://${server.host}:${server.port}`;
});
afterEach(() => server.close());

const flags = [
  "--from",
  "shop@example.org",
  "--to",
  "ann@example.net",
  "--subject",
  "Hello",
  "--text",
  "Hello Ann",
];

test("flags make a message, and the provider that took it is said", async () => {
  const result = await runHere([
    "send",
    "--dsn",
    dsn,
    ...flags,
    "--cc",
    "bob@example.net",
    "--header",
    "X-Campaign: 7",
  ]);
  expect(result).toMatchObject({ code: 0, out: expect.stringMatching(/^sent by SMTP: <.+@example\.org>$/) });
  expect(server.accepted[0]?.to).toEqual(["ann@example.net", "bob@example.net"]);
  expect(server.accepted[0]?.data.toString()).toContain("X-Campaign: 7");
});

test("a message comes as JSON on standard input, too, and the delivery as JSON on standard output", async () => {
  const stdin = JSON.stringify({
    from: "shop@example.org",
    to: "ann@example.net",
    subject: "Hello",
    text: "x",
  });
  const result = await runHere(["send", "--dsn", dsn, "--json", "--subject", "Another"], { stdin });
  expect(result.code).toBe(0);
  expect(JSON.parse(result.out)).toMatchObject({ success: true, provider: "SMTP" });
  expect(server.accepted[0]?.data.toString()).toContain("Subject: Another");
});

test("files are attached", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "relais-cli-"));
  writeFileSync(join(cwd, "report.txt"), "all is well");
  expect(await runHere(["send", "--dsn", dsn, ...flags, "--attach", "report.txt"], { cwd })).toMatchObject({
    code: 0,
  });
  expect(server.accepted[0]?.data.toString()).toContain("report.txt");
});

test("a body may stand in a file", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "relais-cli-"));
  writeFileSync(join(cwd, "letter.txt"), "out of a file");
  const args = ["send", "--dsn", dsn, ...flags.slice(0, 6), "--text-file", "letter.txt"];
  expect(await runHere(args, { cwd })).toMatchObject({ code: 0 });
  expect(server.accepted[0]?.data.toString()).toContain("out of a file");
});

test("a dry run prints the bytes and connects to nobody", async () => {
  const result = await runHere(["send", "--dry-run", ...flags, "--bcc", "hidden@example.net"]);
  expect(result.code).toBe(0);
  expect(result.out).toContain("Subject: Hello");
  expect(result.out).not.toContain("hidden@example.net");
  expect(server.connections).toBe(0);
});

test("the environment serves where there is no configuration, a file where there is one", async () => {
  const env = { SMTP_HOST: server.host, SMTP_PORT: String(server.port) };
  expect(await runHere(["send", ...flags], { env })).toMatchObject({ code: 0 });
  const cwd = mkdtempSync(join(tmpdir(), "relais-cli-"));
  writeFileSync(
    join(cwd, "relais.config.json"),
    JSON.stringify({
      chain: [{ use: "smtp", id: "FILE", options: { host: server.host, port: server.port } }],
    }),
  );
  expect(await runHere(["send", ...flags], { env, cwd })).toMatchObject({
    code: 0,
    out: expect.stringContaining("sent by FILE"),
  });
});

describe("the exit code says", () => {
  test("1: nobody has it", async () => {
    server.script({ rcpt: { reply: "550 5.1.1 no such user" } });
    const result = await runHere(["send", "--dsn", dsn, ...flags]);
    expect(result).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("failed: SMTP: 550 5.1.1 no such user"),
    });
  });

  test("3: nobody knows", async () => {
    server.script({ dot: { reset: true } });
    expect(await runHere(["send", "--dsn", dsn, ...flags])).toMatchObject({
      code: 3,
      err: expect.stringContaining("unknown: "),
    });
    expect(server.accepted).toHaveLength(1);
  });

  test("4: some have it", async () => {
    server.script({
      rcpt: ({ address }) => (address === "bob@example.net" ? { reply: "550 5.1.1 nobody" } : undefined),
    });
    expect(await runHere(["send", "--dsn", dsn, ...flags, "--to", "bob@example.net"])).toMatchObject({
      code: 4,
    });
  });

  test.each([
    [["send", "--to", "nobody", "--from", "a@b.c"], "The message cannot be sent: to[0]: "],
    [
      ["send", ...flags, "--header", "no colon"],
      "The message cannot be sent: --header: must be written as NAME: VALUE.",
    ],
    [["send", ...flags, "--dsn", "nonsense"], "the DSN has a part that is not a URL"],
    [["send", ...flags, "--config", "missing.yaml"], "cannot be read"],
    [["send", ...flags], "No e-mail provider is configured"],
    [["send", "--eml", "none.eml"], '--eml: "none.eml" cannot be read: ENOENT.'],
    [["send", ...flags, "--text-file", "x"], "cannot be used with option '--text <text>'"],
    [["sned"], "Did you mean send?"],
    [["send", "--tow", "x"], "unknown option"],
  ])("2: %j is wrong", async (args, words) => {
    const result = await runHere(args);
    expect(result.code).toBe(2);
    expect(result.err).toContain(words);
  });

  test("2: standard input is no JSON", async () => {
    expect(await runHere(["send"], { stdin: "hello" })).toMatchObject({
      code: 2,
      err: expect.stringContaining("standard input: is neither a message as JSON nor a mail"),
    });
  });
});
