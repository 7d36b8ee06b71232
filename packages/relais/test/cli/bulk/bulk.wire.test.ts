import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SmtpServer, smtpServer } from "@relais/conformance";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runHere } from "../run-here.ts";

let server: SmtpServer;
let dsn: string;
let cwd: string;
beforeEach(async () => {
  server = await smtpServer();
  dsn = `smtp://${server.host}:${server.port}`;
  cwd = mkdtempSync(join(tmpdir(), "relais-bulk-"));
});
afterEach(() => server.close());

const write = (name: string, text: string): string => {
  writeFileSync(join(cwd, name), text);
  return name;
};
const template = ["--from", "shop@example.org", "--subject", "Hi {{name}}", "--html", "<p>{{ name }}</p>"];
const bulk = (file: string, ...more: string[]) =>
  runHere(["send", "--dsn", dsn, "--bulk", file, ...template, ...more], { cwd });
const people = 'email,name\r\nann@example.net,"Ann, <b>"\r\nbob@example.net,"Bob\r\nthe ""second"""\r\n';
const refuseBob = (reply: string) =>
  server.script({ rcpt: ({ address }) => (address === "bob@example.net" ? { reply } : undefined) });
const bodies = () => server.accepted.map(({ data }) => data.toString());

describe("a file of rows", () => {
  test("as CSV: quotes, line breaks and a byte order mark; fields as entities in HTML", async () => {
    const rows = `\uFEFF${people.replace("\r\nthe ", " the ")}`;
    expect(await bulk(write("people.csv", rows))).toMatchObject({ code: 0, out: "2 of 2 sent (2 by SMTP)" });
    expect(server.accepted.map(({ to }) => to[0]).sort()).toEqual(["ann@example.net", "bob@example.net"]);
    expect(bodies().join()).toContain("<p>Ann, &lt;b&gt;</p>");
    expect(bodies().join()).toContain("Subject: Hi Ann, <b>");
  });

  test("as JSONL, with columns in the place of flags", async () => {
    const row = { to: "ann@example.net", subject: "Own", text: "own text", n: 5, none: null };
    const file = write("people.jsonl", `${JSON.stringify(row)}\n\n`);
    const result = await runHere(
      ["send", "--dsn", dsn, "--bulk", file, "--from", "a@example.org", "--json"],
      {
        cwd,
      },
    );
    expect(result.code).toBe(0);
    expect(JSON.parse(result.out)).toMatchObject({ rows: 1, sent: 1, byProvider: { SMTP: 1 }, left: 0 });
    expect(bodies()[0]).toContain("own text");
  });

  test("a dry run shows the first message and sends nothing", async () => {
    const result = await bulk(
      write("people.jsonl", '{"email":"ann@example.net","name":"Ann"}\n'),
      "--dry-run",
    );
    expect(result.out).toMatch(/Subject: Hi Ann[\s\S]*the first of 1 messages; nothing was sent/);
    expect(server.connections).toBe(0);
  });

  test("a report says who got what by which provider, and no formula", async () => {
    refuseBob("550 5.1.1 =no such user");
    const file = write("p.csv", "email,name\nann@example.net,A\nbob@example.net,B\n");
    const result = await bulk(file, "--report", "report.csv");
    expect(result).toMatchObject({
      code: 4,
      err: expect.stringContaining("line 3: failed: SMTP: 550 5.1.1"),
    });
    const report = readFileSync(join(cwd, "report.csv"), "utf8").split("\r\n");
    expect(report[0]).toBe("line,to,status,provider,messageId,error");
    expect(report.slice(1).sort().join("\n")).toMatch(
      /2,ann@example.net,sent,SMTP,<bulk-\w{32}@example.org>,\n3,bob@example.net,failed,SMTP,,SMTP: 550/,
    );
  });
});

describe("what is wrong is said before anything is sent", () => {
  test.each([
    ["p.csv", "email,name\nann@example.net,A\nnobody,B\n", "line 3: to: "],
    ["p.csv", "email\nann@example.net\n", "p.csv: there is no column name; the columns are email."],
    ["p.csv", "email,name\nann@example.net,A,B\n", "line 2: it has 3 fields, and there are 2 columns."],
    ["p.csv", "email,name\n,A\n", "line 2: the column email is empty."],
    [
      "p.csv",
      "email,name\nann@example.net,\nbob@example.net\n",
      "p.csv, line 3: it ends before the column name",
    ],
    ["p.csv", "email,First name,name\nann@example.net\n", "p.csv, line 2: it ends before the column name"],
    ["p.csv", "ann@example.net,A\n", "line 1: it has an address where the names of the columns must stand."],
    [
      "p.csv",
      "E-mail;Email\na@example.net;b@example.net\n",
      "the columns E-mail and Email are called alike.",
    ],
    ["p.csv", 'email,name\nann@example.net,"A\n', "opens a quote that is never closed"],
    ["p.csv", 'email,name\nann@example.net,"A\nBcc: x"\n', "line 2: subject: "],
    ["p.csv", "name\nA\n", "p.csv: there is neither --to nor a column to or email; the columns are name."],
    ["p.csv", "email,name\n", "has no rows."],
    ["p.jsonl", '{"email":"ann@example.net","name":"A"}\n{', "line 2: it is not JSON."],
    ["p.jsonl", "[]\n", "line 1: it is not an object."],
    ["p.jsonl", '{"email":{}}\n', "line 1: email must be a text, a number, true, false or null."],
    ["p.csv", "email,name,name\nann@example.net,A,B\n", "line 1: the column name is there twice."],
    ["p.xlsx", "", "p.xlsx must be a .csv, .tsv, .txt or .jsonl file"],
  ])("%s %j", async (name, text, sentence) => {
    const result = await bulk(write(name, text));
    expect(result.code).toBe(2);
    expect(result.err).toContain(sentence);
    expect(result.err).not.toMatch(/\n {4}at /);
    expect(server.connections).toBe(0);
  });

  test("a field that is empty on purpose is none of it", async () => {
    const result = await bulk(write("p.csv", "email,name,note\nann@example.net,\n"), "--dry-run");
    expect(result.err).toBe("");
    expect(result.code).toBe(0);
  });

  test("several columns that are not there are told at once", async () => {
    const file = write("p.csv", "email\nann@example.net\n");
    const result = await bulk(file, "--subject", "{{b}} and {{c}}", "--header", "X-D: {{d}} {{c}}");
    expect(result).toMatchObject({
      code: 2,
      err: expect.stringMatching(/: there are no columns [a-z, ]+; the columns are email\.$/),
    });
    for (const name of ["b", "c", "d"]) expect(result.err).toMatch(new RegExp(`columns .*\\b${name}\\b.*;`));
  });

  test("a file that is not in UTF-8", async () => {
    writeFileSync(join(cwd, "p.csv"), Buffer.from("email,name\nann@example.net,Jos\xe9\n", "latin1"));
    expect(await bulk("p.csv")).toMatchObject({ code: 2, err: expect.stringMatching(/line 2: name is not/) });
    expect(server.connections).toBe(0);
  });

  test.each([
    [["--text-file", "none.txt"], /^--text-file: "none.txt" cannot be read: ENOENT\.$/],
    [["--journal", "none/j.jsonl"], /none\/j\.jsonl\.lock cannot be written: /],
    [["--journal", "."], /cannot be written: EISDIR\.$/],
    [["--report", "none/r.csv"], /none\/r\.csv cannot be written: ENOENT\.$/],
    [
      ["--dry-run", "--header", `List-Unsubscribe: <https://example.org/${"x".repeat(1200)}>`],
      /line 2: headers\.List-Unsubscribe: .* at most 900 fit into a header line\.$/,
    ],
    [["--id", "5"], /'--id <key>' cannot be used with option '--bulk <file>'/],
  ])("flags %j", async (flags, sentence) => {
    const result = await bulk(write("p.csv", "email,name\nann@example.net,A\n"), ...flags);
    expect(result.code).toBe(2);
    expect(result.err).toMatch(sentence);
    expect(server.connections).toBe(0);
  });

  test("flags of a run of many, where there is one message", async () => {
    const args = [
      "send",
      "--dsn",
      dsn,
      "--to",
      "ann@example.net",
      "--limit",
      "3",
      "--journal",
      "j",
      "--json",
    ];
    const result = await runHere(args, { cwd });
    expect(result.code).toBe(2);
    expect(JSON.parse(result.out)).toEqual({
      error: { code: 2, problems: ["--journal goes with --bulk only.", "--limit goes with --bulk only."] },
    });
  });

  test("a file that is not there, and one with many faults", async () => {
    expect(await bulk("none.csv")).toMatchObject({ code: 2, err: expect.stringContaining("ENOENT") });
    expect(await bulk("none.jsonl")).toMatchObject({ code: 2, err: expect.stringContaining("ENOENT") });
    const result = await bulk(write("p.csv", `email,name\n${"x,y\n".repeat(30)}`), "--json");
    const { error } = JSON.parse(result.out) as { error: { problems: string[] } };
    expect(error.problems).toHaveLength(21);
    expect(error.problems.at(-1)).toBe("… and 10 more.");
  });
});

test("a wrong column is said once, with those there are, however many rows lack it", async () => {
  const rows = `email,first name\n${"ann@example.net,A\n".repeat(300)}`;
  const text = ["--from", "shop@example.org", "--text", "Hello", "--subject", "Hi {{fist name}}"];
  expect(
    await runHere(["send", "--dsn", dsn, "--bulk", write("p.csv", rows), ...text], { cwd }),
  ).toMatchObject({
    code: 2,
    err: `${join(cwd, "p.csv")}: there is no column fist name (did you mean first name?); the columns are email, first name.`,
  });
  const alike = `E-mail,Email,name\n${"a@example.net,b@example.net,A\n".repeat(30)}`;
  expect((await bulk(write("alike.csv", alike))).err.split("\n")).toHaveLength(1);
  const mixed = ['{"email":"a@example.net","name":"A"}', '{"email":"nobody","name":"B"}'];
  const lacking = Array.from({ length: 40 }, (_, i) => `{"email":"a${i}@example.net","nme":"A"}`);
  const { err } = await bulk(write("p.jsonl", [...mixed, ...lacking].join("\n")));
  expect(err.split("\n")).toEqual([
    `${join(cwd, "p.jsonl")}, line 3: there is no column name (did you mean nme?); the columns are email, nme (40 rows in all).`,
    expect.stringContaining("line 2: to"),
  ]);
  expect(server.connections).toBe(0);
});

describe("going on", () => {
  const rows = "email,name\nann@example.net,A\nbob@example.net,B\n";

  test("sends nobody a second one, and those again who failed for a while", async () => {
    const file = write("p.csv", rows);
    refuseBob("451 4.3.0 later");
    expect(await bulk(file)).toMatchObject({ code: 4, out: expect.stringContaining("1 left") });
    server.script({});
    expect(await bulk(file)).toMatchObject({ code: 0, out: "2 of 2 sent: 1 before, 1 now (2 by SMTP)" });
    const again = await bulk(file);
    expect(again).toMatchObject({ code: 0, out: "2 of 2 sent: 2 before, 0 now (2 by SMTP)" });
    expect(JSON.parse((await bulk(file, "--json")).out)).toMatchObject({ sent: 2, sentNow: 0 });
    expect(server.accepted.map(({ to }) => to[0])).toEqual(["ann@example.net", "bob@example.net"]);
  });

  test("with another text or another file is refused; another journal is another run", async () => {
    const file = write("p.csv", rows);
    await bulk(file);
    expect(await bulk(file, "--text", "other")).toMatchObject({
      code: 2,
      err: expect.stringContaining("is of a run with another text, subject or recipient"),
    });
    write("p.csv", `${rows}cleo@example.net,C\n`);
    expect(await bulk(file)).toMatchObject({ code: 2, err: expect.stringContaining("another file of rows") });
    expect(await bulk(file, "--journal", "new.jsonl")).toMatchObject({ code: 0 });
    expect(server.accepted).toHaveLength(5);
  });

  test("with fewer rows than there were counts these alone", async () => {
    const file = write("p.csv", rows);
    await bulk(file);
    expect(await bulk(file, "--limit", "1")).toMatchObject({
      code: 0,
      out: "1 of 1 sent: 1 before, 0 now (1 by SMTP)",
    });
  });

  test("leaves no old error in the report, and tells some from none", async () => {
    const file = write("p.csv", "email,name\nbob@example.net,B\n");
    refuseBob("451 4.3.0 later");
    expect(await bulk(file)).toMatchObject({ code: 1, err: expect.stringContaining("line 2: later: ") });
    server.script({});
    await bulk(file, "--report", "r.csv");
    expect(readFileSync(join(cwd, "r.csv"), "utf8")).toMatch(/\n2,bob@example.net,sent,SMTP,<\S+>,\r\n$/);
    refuseBob("550 5.1.1 nobody");
    const both = ["--journal", "both.jsonl", "--cc", "ann@example.net"];
    expect(await bulk(file, ...both)).toMatchObject({
      code: 4,
      out: expect.stringContaining("1 reached some"),
    });
  });

  test("past a line that was torn", async () => {
    const file = write("p.csv", rows);
    await bulk(file, "--limit", "1");
    appendFileSync(join(cwd, "p.csv.relais.jsonl"), '{"row":"bulk-');
    expect(await bulk(file)).toMatchObject({ code: 0 });
    expect(await bulk(file)).toMatchObject({ code: 0 });
    expect(server.accepted).toHaveLength(2);
  });

  test("an unknown one is held, listed, and sent again when told", async () => {
    server.script({ dot: ({ nth }) => (nth === 1 ? { reset: true } : undefined) });
    const file = write("p.csv", "email,name\nann@example.net,A\n");
    expect(await bulk(file)).toMatchObject({ code: 3, out: expect.stringContaining("1 unknown") });
    expect(await bulk(file)).toMatchObject({ code: 3, err: expect.stringContaining("line 2: unknown: ") });
    // What may have arrived stays a question when the second try surely failed.
    server.script({ rcpt: { reply: "451 4.3.0 later" } });
    expect(await bulk(file, "--resend-unknown")).toMatchObject({ code: 3 });
    server.script({});
    expect(await bulk(file)).toMatchObject({ code: 3 });
    expect(await bulk(file, "--resend-unknown")).toMatchObject({ code: 0 });
  });
});
