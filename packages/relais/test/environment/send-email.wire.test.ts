import { type SesServer, type SmtpServer, sesServer, smtpServer } from "@relais/conformance";
import { afterEach, beforeEach, expect, test } from "vitest";
import { child } from "../child.ts";
import { mail, type Settings, sesAccount, sesSettings, smtpSettings } from "./settings.ts";

const id = expect.stringMatching(/^\S+$/);
const login = { SMTP_USER: "ann", SMTP_PASS: "sesame-42" };
const nobody =
  "No e-mail provider is configured: set SMTP_HOST (with SMTP_PORT, SMTP_SECURE, SMTP_USER, SMTP_PASS), or " +
  "AWS_SES_REGION (with AWS_SES_ACCESS_KEY_ID, AWS_SES_SECRET_ACCESS_KEY), or both.";

let smtp: SmtpServer;
let ses: SesServer;
beforeEach(async () => {
  smtp = await smtpServer({
    starttls: true,
    auth: { users: { ann: "sesame-42" }, required: true, tlsOnly: true },
  });
  ses = await sesServer(sesAccount);
});
afterEach(async () => {
  await smtp.close();
  await ses.close();
});

const both = (): Settings => ({ ...smtpSettings(smtp), ...login, ...sesSettings(ses) });
const once = `
import { closeEmail, sendEmail } from "relais";
console.log(JSON.stringify(await sendEmail(${JSON.stringify(mail)})));
await closeEmail();`;

test("the server takes it, over TLS and logged in: provider and message id, and the process ends", async () => {
  const ended = await child(once, both(), smtp.ca);
  expect(ended).toEqual({
    said: [{ success: true, status: "sent", provider: "SMTP", messageId: smtp.accepted[0]?.messageId, id }],
    stderr: "",
    code: 0,
  });
  expect(smtp.sessions).toMatchObject([{ secure: true, logins: [{ user: "ann", accepted: true }] }]);
  expect([smtp.accepted.length, ses.accepted.length]).toEqual([1, 0]);
});

test("SMTP_SECURE=true speaks TLS from the first byte", async () => {
  const secure = await smtpServer({ secure: true, auth: { users: { ann: "sesame-42" } } });
  const ended = await child(once, { ...smtpSettings(secure), ...login, SMTP_SECURE: "true" }, smtp.ca);
  await secure.close();
  expect(ended).toMatchObject({ said: [{ success: true, provider: "SMTP" }], code: 0 });
  expect(secure.sessions[0]?.commands.filter((line) => /^STARTTLS/i.test(line))).toEqual([]);
});

test("a server whose certificate nobody vouches for gets neither the password nor the mail", async () => {
  const ended = await child(once, both());
  expect(ended).toMatchObject({ said: [{ success: true, provider: "SES" }], stderr: "", code: 0 });
  expect(smtp.sessions.flatMap((one) => one.logins)).toEqual([]);
});

test("SES takes what SMTP could not", async () => {
  const env = both();
  await smtp.down();
  expect(await child(once, env)).toEqual({
    said: [{ success: true, status: "sent", provider: "SES", messageId: ses.accepted[0]?.messageId, id }],
    stderr: "",
    code: 0,
  });
});

test("nobody takes it: an error with a part for each, and nothing else", async () => {
  const env = both();
  await smtp.down();
  ses.configure({ sendingEnabled: false });
  const ended = await child(once, env);
  expect(ended).toEqual({
    said: [
      {
        success: false,
        status: "failed",
        error: expect.stringMatching(/^SMTP: connection refused \| SES: .*paused.*$/),
        kind: "transient",
        id,
        accepted: [],
        rejected: ["ann@example.net"],
      },
    ],
    stderr: "",
    code: 0,
  });
});

test("keys that AWS gives a process do, where the environment names only the region", async () => {
  const { AWS_SES_REGION = "", AWS_SES_ENDPOINT = "" } = sesSettings(ses);
  const given = {
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: sesAccount.credentials.AKIDEXAMPLE.secretAccessKey,
  };
  const ended = await child(once, { AWS_SES_REGION, AWS_SES_ENDPOINT, ...given });
  expect(ended).toMatchObject({ said: [{ success: true, provider: "SES" }], stderr: "", code: 0 });
});

test("a message that cannot be one comes back as an error", async () => {
  const program = `
import { closeEmail, sendEmail } from "relais";
for (const payload of [{}, null, { from: "a@example.org", to: "nowhere" }])
  console.log(JSON.stringify(await sendEmail(payload)));
await closeEmail();`;
  const ended = await child(program, both(), smtp.ca);
  expect(ended).toMatchObject({ stderr: "", code: 0 });
  expect(ended.said).toHaveLength(3);
  for (const one of ended.said)
    expect(one).toEqual({
      success: false,
      status: "failed",
      error: expect.stringMatching(/^message: ./),
      kind: "rejected",
      id: "",
      accepted: [],
      rejected: [],
    });
});

test.each<[string, Settings, string]>([
  ["an empty one", {}, nobody],
  [
    "one with two faults",
    { SMTP_HOST: "127.0.0.1", SMTP_PORT: "smtp", SMTP_PASS: "hunter2" },
    "SMTP_PORT must be a whole number from 1 to 65535. SMTP_PASS is set, but SMTP_USER is not.",
  ],
  [
    "one that forces a failure in production",
    { SMTP_HOST: "127.0.0.1", SMTP_FORCE_FAIL: "true", NODE_ENV: "production" },
    "SMTP_FORCE_FAIL is for rehearsing the fallback and may not be true where NODE_ENV is production.",
  ],
])("a wrong environment is an answer too, %s, and closing then is nothing", async (_, env, error) => {
  expect(await child(once, env)).toEqual({
    said: [
      { success: false, status: "failed", kind: "misconfigured", error, id: "", accepted: [], rejected: [] },
    ],
    stderr: "",
    code: 0,
  });
});

test("one chain serves all calls, waits for those under way, and another follows it", async () => {
  const program = `
import { closeEmail, sendEmail } from "relais";
const send = () => sendEmail(${JSON.stringify(mail)});
const say = (sent) => console.log(JSON.stringify(sent.success));
await closeEmail();
for (let i = 0; i < 3; i++) say(await send());
const underWay = send();
await closeEmail();
say(await underWay);
say(await send());
await closeEmail();
await closeEmail();`;
  const ended = await child(program, both(), smtp.ca);
  expect(ended).toEqual({ said: [true, true, true, true, true], stderr: "", code: 0 });
  expect(smtp.connections).toBe(2);
});

test("unknown and partial are not told as failed: who has it, and who has not, is said", async () => {
  const program = `
import { closeEmail, sendEmail } from "relais";
console.log(JSON.stringify(await sendEmail({ ...${JSON.stringify(mail)}, to: ["ann@example.net", "bob@example.net"] })));
await closeEmail();`;
  smtp.script({
    rcpt: ({ address }) => (address === "bob@example.net" ? { reply: "550 5.1.1 no such user" } : undefined),
  });
  const some = await child(program, { ...smtpSettings(smtp), ...login }, smtp.ca);
  expect(some.said).toEqual([
    {
      success: false,
      status: "partial",
      error: expect.stringContaining("550 5.1.1 no such user"),
      kind: "rejected",
      id,
      accepted: ["ann@example.net"],
      rejected: ["bob@example.net"],
    },
  ]);
  smtp.script({ dot: { reset: true } });
  const lost = await child(program, both(), smtp.ca);
  expect(lost.said).toEqual([
    {
      success: false,
      status: "unknown",
      error: expect.stringContaining("after the message was handed over"),
      kind: "unknown",
      id,
      accepted: [],
      rejected: ["ann@example.net", "bob@example.net"],
    },
  ]);
  expect(ses.accepted).toEqual([]);
});

test("a server that names a time to wait is told by retryAt", async () => {
  smtp.script({ greeting: { reply: "421 4.7.0 too many connections" } });
  const now = Date.now();
  const [sent] = (await child(once, { ...smtpSettings(smtp), ...login }, smtp.ca)).said;
  expect(sent).toMatchObject({ success: false, status: "failed", kind: "throttled" });
  expect((sent as { retryAt: number }).retryAt).toBeGreaterThan(now);
});
