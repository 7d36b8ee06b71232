import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SmtpServer, smtpServer } from "@relais/conformance";
import PostalMime from "postal-mime";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runHere } from "./run-here.ts";

let server: SmtpServer;
let dsn: string;
beforeEach(async () => {
  server = await smtpServer();
  dsn = `smtp://${server.host}:${server.port}`;
});
afterEach(() => server.close());

const mail = [
  "Received: from somewhere",
  "From: =?utf-8?q?Caf=C3=A9?= <shop@example.org>",
  "To: Ann <ann@example.net>,",
  " friends: bob@example.net, cleo@example.net;",
  "Cc: dan@example.net",
  "Bcc: hidden@example.net,",
  "\tdeep@example.net",
  "Subject: =?utf-8?b?w6l0w6k=?=",
  "Message-ID: <fixed.1@example.org>",
  "Date: Tue, 24 Nov 2026 10:00:00 +0100",
  "DKIM-Signature: v=1; a=rsa-sha256; bh=x; b=y",
  'Content-Type: multipart/alternative; boundary="b"',
  "",
  "--b",
  "Content-Type: text/plain",
  "",
  "plain",
  "--b",
  "Content-Type: text/html",
  "",
  "<p>rich</p>",
  "--b--",
  "",
].join("\n");

test("a mail on standard input is sent as it is, but for Bcc, to all whom it names", async () => {
  expect(await runHere(["send", "--dsn", dsn], { stdin: mail })).toMatchObject({
    code: 0,
    out: "sent by SMTP: <fixed.1@example.org>",
  });
  const [got] = server.accepted;
  expect(got?.from).toBe("shop@example.org");
  expect([...(got?.to ?? [])].sort()).toEqual(
    ["ann", "bob", "cleo", "dan", "deep", "hidden"].map((name) => `${name}@example.net`),
  );
  const expected = mail
    .replace("Bcc: hidden@example.net,\n\tdeep@example.net\n", "")
    .replaceAll("\n", "\r\n");
  expect(got?.data.toString()).toBe(expected);
});

test("--to names the recipients instead, --from the envelope's sender, --eml the file", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "relais-eml-"));
  writeFileSync(join(cwd, "mail.eml"), mail);
  const flags = ["--eml", "mail.eml", "--to", "zoe@example.net", "--from", "bounce@example.org"];
  expect(await runHere(["send", "--dsn", dsn, ...flags], { cwd })).toMatchObject({ code: 0 });
  expect(server.accepted[0]).toMatchObject({ from: "bounce@example.org", to: ["zoe@example.net"] });
  expect(server.accepted[0]?.data.toString()).not.toContain("hidden@");
});

test("nothing is added to a mail, and nothing in it that is merely shown stops it", async () => {
  const odd = [
    "Received: from nowhere",
    'From: "Shop of the very long',
    '\tname" <shop@example.org>',
    "To: ann@example.net",
    "Subject: =?UTF-8?Q?order=201234,=0A?= =?UTF-8?B?16nXnNeV150g4oCP?=",
    "Date: Mon, 30 Nov 2026 08:41:56 MET",
    "In-Reply-To: <no at sign>",
    `X-Long: ${"x".repeat(2_000)}`,
    "",
    "hello",
    "",
  ].join("\n");
  for (const before of ["", "\ufeff", "\r\n", "From ann@example.org Mon Nov 30 08:41:56 2026\n"]) {
    server.reset();
    const result = await runHere(["send", "--dsn", dsn], { stdin: before + odd });
    expect(result).toMatchObject({ code: 0, out: "sent by SMTP: the mail has no Message-ID" });
    const got = server.accepted[0]?.data ?? Buffer.alloc(0);
    expect(got.toString()).toBe(odd.replaceAll("\n", "\r\n"));
    expect((await PostalMime.parse(got)).subject).toContain("order 1234,\nשלום");
  }
});

test("what a mail has of its own is not given by flags", async () => {
  for (const [flag, value] of [
    ["--subject", "Other"],
    ["--attach", "x"],
    ["--id", "5"],
  ] as const) {
    const result = await runHere(["send", "--dsn", dsn, flag, value], { stdin: mail });
    expect(result).toMatchObject({ code: 2, err: expect.stringContaining(`${flag}: cannot be given with`) });
  }
  expect(server.connections).toBe(0);
});

test.each([
  ["", "--eml: is empty"],
  ["%PDF-1.7 and so on", "--eml: is not a mail: it must begin with a header field"],
  ['{"to": "ann@example.net"}', "--eml: is not a mail"],
])("a file with %j is no mail", async (content, sentence) => {
  const cwd = mkdtempSync(join(tmpdir(), "relais-eml-"));
  writeFileSync(join(cwd, "mail.eml"), content);
  const result = await runHere(["send", "--dsn", dsn, "--eml", "mail.eml"], { cwd });
  expect(result).toMatchObject({ code: 2, err: expect.stringContaining(sentence) });
  expect(server.connections).toBe(0);
});

describe("a mail that cannot be sent", () => {
  test.each([
    ["To: ann@example.net\n\nx", "from: is missing: the mail has no From field"],
    ["From: shop@example.org\n\nx", "there is no recipient"],
    ["From: shop@example.org\nTo: not an address\n\nx", "is not an address"],
    ["From: shop@example.org\nTo: ann@example.net bob@example.net\n\nx", "to: "],
  ])("%j is refused with a sentence", async (stdin, sentence) => {
    const result = await runHere(["send", "--dsn", dsn, "--json"], { stdin });
    expect(result.code).toBe(2);
    const { error } = JSON.parse(result.out) as { error: { code: number; problems: string[] } };
    expect(error.code).toBe(2);
    expect(error.problems.join()).toContain(sentence);
    expect(server.connections).toBe(0);
  });
});
