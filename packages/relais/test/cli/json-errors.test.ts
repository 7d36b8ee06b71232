import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runHere } from "./run-here.ts";

const cwd = mkdtempSync(join(tmpdir(), "relais-json-"));
writeFileSync(join(cwd, "two.json"), JSON.stringify({ chain: [{ use: "smtpp" }, { use: "sess" }] }));

test.each([
  [["pigeon"], ["unknown command 'pigeon'"]],
  [["check", "--jsn"], ["unknown option '--jsn' (Did you mean one of --dsn, --json?)"]],
  [["explain"], ["missing required argument 'words'"]],
  [["explain", "250", "ok"], [/^"250 ok" refuses nothing: /]],
  [["explain", "550 no", "--phase", "lunch"], [/^--phase must be one of greeting, /]],
  [["explain", "Throttling", "--status", "ok"], [/It must be an HTTP status, from 100 to 599\.$/]],
  [["check"], [/^No e-mail provider is configured: /, /^There is no relais\.config\.ts .* or above it\.$/]],
  [["config", "--dsn", "ftp://h"], [/^the DSN has a scheme that is not known: /]],
  [
    ["config", "-c", "two.json"],
    [/"smtpp" cannot be found; did you mean smtp\?/, /"sess" cannot be found; did you mean ses\?/],
  ],
  [["init"], [/^Without a terminal give /]],
  [["completion"], ["missing required argument 'shell'"]],
  [["conformance"], ["missing required argument 'package'"]],
])("%j --json: one object on standard output, nothing else", async (args, problems) => {
  const result = await runHere([...args, "--json"], { cwd });
  expect(result).toMatchObject({ code: 2, err: "" });
  expect(JSON.parse(result.out)).toEqual({
    error: {
      code: 2,
      problems: problems.map((one) => (typeof one === "string" ? one : expect.stringMatching(one))),
    },
  });
  const plain = await runHere(args, { cwd });
  expect(plain).toMatchObject({ code: 2, out: "", err: expect.stringMatching(/\S/) });
});

test("no command at all is a mistake, too", async () => {
  expect(await runHere([], { cwd })).toMatchObject({
    code: 2,
    out: "",
    err: expect.stringMatching(/^Usage: /),
  });
});

test.each([
  [
    '{"to":"a@b.org","reply_to":"c@d.org","text":"x"}',
    "reply_to: is not a field of a message; did you mean replyTo?",
  ],
  ['{"to":"a@b.org"}', "it is empty: give it a subject, text, html or attachments."],
])("send of %s says what is wrong with it, and sends nothing", async (stdin, problem) => {
  const args = ["send", "--from", "shop@example.org", "--dsn", "smtp://127.0.0.1:1"];
  expect(await runHere(args, { cwd, stdin })).toMatchObject({
    code: 2,
    err: `The message cannot be sent: ${problem}`,
  });
});
