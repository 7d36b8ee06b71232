import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SesServer, type SmtpServer, sesServer, smtpServer } from "@relais/conformance";
import { type ChainOptions, chainFromEnv, type Delivery } from "relais";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { mail, type Settings, sesAccount, sesSettings, smtpSettings } from "./settings.ts";

let smtp: SmtpServer;
let ses: SesServer;
beforeEach(async () => {
  smtp = await smtpServer({ auth: { users: { ann: "sesame-42" } } });
  ses = await sesServer(sesAccount);
});
afterEach(async () => {
  await smtp.close();
  await ses.close();
});

async function send(env: Settings, options?: ChainOptions, message: object = mail): Promise<Delivery> {
  const chain = chainFromEnv(env, options);
  const delivery = await chain.send(message);
  await chain.close();
  return delivery;
}
const inClear = { SMTP_USER: "ann", SMTP_PASS: "sesame-42", SMTP_REQUIRE_TLS: "false" };

test("SMTP takes the message, and SES is not asked", async () => {
  const delivery = await send({ ...smtpSettings(smtp), ...sesSettings(ses) });
  expect(delivery).toMatchObject({ success: true, provider: "SMTP", messageId: smtp.accepted[0]?.messageId });
  expect([smtp.accepted.length, ses.requests.length]).toEqual([1, 0]);
});

test("where SMTP is down SES takes it", async () => {
  const env = { ...smtpSettings(smtp), ...sesSettings(ses) };
  await smtp.down();
  const delivery = await send(env);
  expect(delivery).toMatchObject({ success: true, provider: "SES", messageId: ses.accepted[0]?.messageId });
  expect(delivery.failures).toMatchObject([{ provider: "SMTP", kind: "transient", code: "ECONNREFUSED" }]);
  expect(ses.accepted).toHaveLength(1);
});

test.each([
  ["only SMTP", () => smtpSettings(smtp), "SMTP: connection refused"],
  ["only SES", () => sesSettings(ses), "SES: connection refused"],
] as const)("%s: nobody else is asked", async (_, env, error) => {
  const settings = env();
  await smtp.down();
  await ses.down();
  expect(await send(settings)).toMatchObject({ success: false, error });
});

test("SMTP_USER and SMTP_PASS log in", async () => {
  const delivery = await send({ ...smtpSettings(smtp), ...inClear });
  expect(delivery).toMatchObject({ success: true, provider: "SMTP" });
  expect(smtp.sessions[0]?.logins).toMatchObject([{ user: "ann", accepted: true }]);
});

test("a wrong SMTP_PASS is misconfigured, is not shown, and SES takes the message", async () => {
  const env = { ...smtpSettings(smtp), ...inClear, SMTP_PASS: "hunter2-wrong", ...sesSettings(ses) };
  const delivery = await send(env);
  expect(delivery).toMatchObject({ success: true, provider: "SES", failures: [{ kind: "misconfigured" }] });
  expect(JSON.stringify(delivery)).not.toContain("hunter2");
});

test("a login does not go out in clear unless SMTP_REQUIRE_TLS=false says so", async () => {
  const { SMTP_REQUIRE_TLS: _, ...login } = inClear;
  const delivery = await send({ ...smtpSettings(smtp), ...login });
  expect(delivery).toMatchObject({ success: false, kind: "misconfigured" });
  expect(smtp.sessions.flatMap((one) => one.logins)).toEqual([]);
  expect(smtp.accepted).toEqual([]);
});

test("SMTP_REQUIRE_TLS=true keeps mail from a server without TLS, on loopback too", async () => {
  const delivery = await send({ ...smtpSettings(smtp), SMTP_REQUIRE_TLS: "true" });
  expect(delivery).toMatchObject({ success: false, kind: "misconfigured" });
  expect(smtp.accepted).toEqual([]);
});

test("AWS_SES_SESSION_TOKEN goes with the keys", async () => {
  const [key = ""] = Object.keys(sesAccount.credentials);
  ses.configure({
    credentials: { [key]: { ...sesAccount.credentials.AKIDEXAMPLE, sessionToken: "tok/en+1=" } },
  });
  expect(await send(sesSettings(ses))).toMatchObject({ success: false, kind: "misconfigured" });
  const env = { ...sesSettings(ses), AWS_SES_SESSION_TOKEN: "tok/en+1=" };
  expect(await send(env)).toMatchObject({ success: true, provider: "SES" });
});

test("the region is AWS_SES_REGION, else AWS_REGION, else AWS_DEFAULT_REGION", async () => {
  ses.configure({ region: "eu-central-1" });
  const { AWS_SES_REGION: _, ...keys } = sesSettings(ses);
  const right = "eu-central-1";
  const wrong = "us-east-1";
  const sent = async (regions: Settings) => (await send({ ...keys, ...regions })).success;
  expect(await sent({ AWS_SES_REGION: right, AWS_REGION: wrong, AWS_DEFAULT_REGION: wrong })).toBe(true);
  expect(await sent({ AWS_REGION: right, AWS_DEFAULT_REGION: wrong })).toBe(true);
  expect(await sent({ AWS_DEFAULT_REGION: right })).toBe(true);
  expect(await sent({ AWS_SES_REGION: wrong, AWS_REGION: right })).toBe(false);
});

test("AWS_SES_FROM_EMAIL is the sender of messages that name none, whoever sends them", async () => {
  const { from, ...anonymous } = mail;
  const env = { ...smtpSettings(smtp), AWS_SES_FROM_EMAIL: "Shop <default@example.org>" };
  await send(env, undefined, anonymous);
  await send(env, { from: "option@example.org" }, anonymous);
  await send(env, { from: undefined }, anonymous);
  await send(env, { from: "option@example.org" }, { ...anonymous, from });
  expect(smtp.accepted.map((one) => one.from)).toEqual([
    "default@example.org",
    "option@example.org",
    "default@example.org",
    "shop@example.org",
  ]);
  expect(smtp.accepted[0]?.data.toString()).toMatch(/^From: Shop <default@example\.org>\r\n/m);
  const nobody = await send(smtpSettings(smtp), undefined, anonymous);
  expect(nobody).toMatchObject({ success: false, kind: "rejected" });
});

test.each(["\n", "\r\n", ""])("every value may be in a file that ends in %j", async (ending) => {
  const folder = mkdtempSync(join(tmpdir(), "relais-secrets-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  ses.configure({
    credentials: { AKIDEXAMPLE: { ...sesAccount.credentials.AKIDEXAMPLE, sessionToken: "token" } },
  });
  const values = { ...smtpSettings(smtp), ...inClear, SMTP_SECURE: "false", SMTP_FORCE_FAIL: "no" };
  const others = {
    ...sesSettings(ses),
    AWS_SES_SESSION_TOKEN: "token",
    AWS_SES_FROM_EMAIL: "file@example.org",
  };
  const env = Object.fromEntries(
    Object.entries({ ...values, ...others }).map(([name, value]) => {
      writeFileSync(join(folder, name), value + ending);
      return [`${name}_FILE`, join(folder, name)];
    }),
  );
  expect(Object.keys(env)).toHaveLength(13);
  const { from: _, ...anonymous } = mail;
  expect(await send(env, undefined, anonymous)).toMatchObject({ success: true, provider: "SMTP" });
  expect(smtp.sessions[0]?.logins).toMatchObject([{ user: "ann", accepted: true }]);
  await smtp.down();
  expect(await send(env, undefined, anonymous)).toMatchObject({ success: true, provider: "SES" });
  expect(ses.accepted[0]?.source).toBe("file@example.org");
});
