import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { sesServer, smtpServer } from "@relais/conformance";
import { failureKinds } from "@relais/core";
import { expect, test } from "vitest";
import { runHere } from "./run-here.ts";

test("check says of each provider how it is, and that an SES account is in the sandbox", async () => {
  const smtp = await smtpServer();
  const ses = await sesServer({ sandbox: true });
  const endpoint = encodeURIComponent(ses.endpoint);
  const dsn = `failover(smtp://${smtp.host}:${smtp.port} ses://AKIDEXAMPLE:secret@default?region=eu-west-1&endpoint=${endpoint})`;
  const result = await runHere(["check", "--dsn", dsn]);
  expect(result.code).toBe(0);
  expect(result.out).toMatch(/^ {2}SMTP {2}ok/m);
  expect(result.out).toMatch(/^ {2}SES {3}ok .*1\/s, 0 of 200 today, SANDBOX: verified recipients only$/m);
  await smtp.down();
  const down = await runHere(["check", "--dsn", dsn, "--json"]);
  expect(down.code).toBe(1);
  expect(JSON.parse(down.out)).toMatchObject({
    providers: [
      { provider: "SMTP", ok: false },
      { provider: "SES", ok: true },
    ],
  });
  expect([...smtp.accepted, ...ses.accepted]).toEqual([]);
  await smtp.close();
  await ses.close();
});

test("config shows what a configuration amounts to, without its secrets", async () => {
  const result = await runHere(["config", "--dsn", "smtp://relais:hunter2-hunter2@127.0.0.1"]);
  expect(result.code).toBe(0);
  expect(result.out).toContain("timeoutMs: 30000");
  expect(result.out).toContain('pass: "***"');
  expect(result.out).not.toContain("hunter2");
});

test.each([
  [["550 5.1.1 no such user"], "rejected", "no other provider is asked"],
  [["451", "4.7.1", "greylisted"], "deferred", "the next provider is asked"],
  [["554 5.7.1 spam", "--phase", "dot"], "refused", "the next provider is asked"],
  [["535 5.7.8 bad credentials", "--phase", "auth"], "misconfigured", "opens the breaker at once"],
  [["Throttling"], "throttled", "not before 1000 ms have passed"],
  [["Throttling: Daily message quota exceeded."], "throttled", "not before 600000 ms have passed"],
  [["AccountSendingPausedException"], "misconfigured", "opens the breaker at once"],
  [["MessageRejected: Sending paused for this account."], "misconfigured", "opens the breaker at once"],
  [["AccessDenied: ses:SendRawEmail on arn:aws:ses:eu-west-1:1:identity/a.example"], "refused", "asked"],
])("explain %j: %s", async (words, kind, consequence) => {
  const result = await runHere(["explain", ...words]);
  expect(result.code).toBe(0);
  expect(result.out).toMatch(new RegExp(`^${kind}: `));
  expect(result.out).toContain(consequence);
  expect(failureKinds).toContain(JSON.parse((await runHere(["explain", ...words, "--json"])).out).kind);
});

test("explain names the row that decided, its reason, whom it is about and its page", async () => {
  const { out } = await runHere(["explain", "550 5.7.1 looks like spam", "--phase", "dot"]);
  expect(out).toMatch(/^refused: .+$/m);
  expect(out).toMatch(/^ {2}row: .*5xx.*$/m);
  expect(out).toMatch(/^ {2}about: the content of this message$/m);
  expect(out).toMatch(/^ {2}source: .+$/m);
  expect(out).toMatch(/^ {2}page: https:.+failure-kinds\.md$/m);
  expect((await runHere(["explain", "550 5.7.1 looks like spam"])).out).toMatch(
    /^ {2}row: rcpt · .* · phrase \S+$/m,
  );
  const ses = await runHere(["explain", "Throttling: Daily message quota exceeded.", "--json"]);
  expect(JSON.parse(ses.out)).toMatchObject({
    row: expect.stringMatching(/^SES, Throttling · the words/),
    about: "account",
  });
});

test.each([[["250 ok"]], [["550 x", "--phase", "lunch"]]])("explain %j explains nothing", async (words) => {
  expect(await runHere(["explain", ...words])).toMatchObject({ code: 2, out: "" });
});

test("the program itself runs, helps, and knows its version", async () => {
  const bin = join(import.meta.dirname, "../../src/cli/bin.ts");
  const run = async (...args: string[]) =>
    (await promisify(execFile)(process.execPath, ["--conditions=@relais/source", bin, ...args])).stdout;
  expect(await run("--help")).toMatch(/^ {2}send .*^ {2}check .*^ {2}config .*^ {2}explain /ms);
  expect(await run("--version")).toMatch(/^\d+\.\d+\.\d+/);
  expect(await run("explain", "450", "4.2.1", "busy")).toContain("deferred: ");
});
