import { expect, test } from "vitest";
import { arf, dsn, textReport } from "../../../feedback/test/mail/reports.ts";
import { runHere } from "./run-here.ts";

const bounce = dsn({ recipients: [{ final: "rfc822; ann@example.com", action: "failed", status: "5.1.1" }] });
const pass = "sesame";
const verp = {
  RELAIS_BOUNCE_ADDRESS: "bounces@example.org",
  RELAIS_BOUNCE_SECRET: "a secret of some length",
};
const receive = (stdin: Buffer, env: Record<string, string> = {}, ...flags: string[]) =>
  runHere(["feedback", "receive", ...flags], { stdin, env });

test.each([
  [
    "an automatic reply",
    textReport("I am away.", { from: "ann@example.com", header: ["Auto-Submitted: auto-replied"] }),
    {},
  ],
  ["not a report", textReport("Hello.", { from: "ann@example.com", subject: "Hello" }), {}],
  ["a report of type not-spam", arf(["Feedback-Type: not-spam"]), {}],
  ["a report to an address without a token", bounce, verp],
  [
    "the token of the return path is forged",
    dsn({ to: "bounces+abc@example.org", recipients: [], text: "<ann@example.com>: 550 5.1.1 user unknown" }),
    verp,
  ],
])("%s is taken from the mail server, and no database is opened for it", async (notice, mail, env) => {
  const { code, out, err } = await receive(mail, env);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain(`Nothing to store: ${notice}`);
});

test("a mail that cannot be stored stays with the mail server: no outbox, a database that is away", async () => {
  const nowhere = await receive(bounce, {}, "--folder", "none");
  expect(nowhere.code).toBe(75);
  expect(nowhere.err).toContain("There is no outbox in");
  const away = await receive(bounce, {}, "--database", `postgres://nobody:${pass}@127.0.0.1:1/none`);
  expect(away.code).toBe(75);
  expect(away.err).not.toContain(pass);
});

test.each([
  [
    { RELAIS_BOUNCE_ADDRESS: "bounces@example.org" },
    "RELAIS_BOUNCE_ADDRESS and RELAIS_BOUNCE_SECRET must both be set",
  ],
  [{ ...verp, RELAIS_BOUNCE_SECRET: "short" }, "RELAIS_BOUNCE_SECRET must have 16 characters or more"],
  [{ RELAIS_UNSUBSCRIBE_SECRET: "short" }, "RELAIS_UNSUBSCRIBE_SECRET must have 16 characters or more"],
])("a wrong configuration leaves it there, too: %s", async (env, sentence) => {
  const { code, err } = await receive(bounce, env);
  expect(code).toBe(75);
  expect(err).toContain(sentence);
  expect(err).not.toMatch(/"short"|: short/);
});
