import { type SesServer, type SmtpServer, sesServer, smtpServer } from "@relais/conformance";
import { chainFromEnv } from "relais";
import { afterEach, beforeEach, expect, test } from "vitest";
import { mail, problems, sesAccount, sesSettings, smtpSettings } from "./settings.ts";

let smtp: SmtpServer;
let ses: SesServer;
beforeEach(async () => {
  smtp = await smtpServer();
  ses = await sesServer(sesAccount);
});
afterEach(async () => {
  await smtp.close();
  await ses.close();
});

test("SMTP_FORCE_FAIL=true: SMTP fails without a connection, and SES takes the message", async () => {
  const chain = chainFromEnv({ ...smtpSettings(smtp), ...sesSettings(ses), SMTP_FORCE_FAIL: "true" });
  const delivery = await chain.send(mail);
  await chain.close();
  expect(delivery).toMatchObject({ success: true, provider: "SES" });
  const failure = { provider: "SMTP", kind: "transient", reason: "forced by SMTP_FORCE_FAIL" };
  expect(delivery.failures).toMatchObject([failure]);
  // Once, though the failure is one after which the same provider would be asked again.
  expect(delivery.attempts).toMatchObject([
    { ...failure, phase: "open", skipped: false },
    { provider: "SES", success: true },
  ]);
  expect([smtp.connections, ses.accepted.length]).toEqual([0, 1]);
});

test("the breaker of the forced link opens as it would in an outage", async () => {
  const chain = chainFromEnv({ ...smtpSettings(smtp), ...sesSettings(ses), SMTP_FORCE_FAIL: "true" });
  for (let i = 0; i < 5; i++) await chain.send(mail);
  const sixth = await chain.send(mail);
  await chain.close();
  expect(sixth).toMatchObject({ success: true, provider: "SES", failures: [{ kind: "skipped" }] });
  expect([smtp.connections, ses.accepted.length]).toEqual([0, 6]);
});

test("its health is the real one's", async () => {
  const chain = chainFromEnv({ ...smtpSettings(smtp), ...sesSettings(ses), SMTP_FORCE_FAIL: "true" });
  expect(await chain.verify()).toMatchObject({ ok: true });
  await chain.close();
  expect(smtp.connections).toBe(1);
});

test("without SES the forced failure is the delivery's", async () => {
  const chain = chainFromEnv({ ...smtpSettings(smtp), SMTP_FORCE_FAIL: "1" });
  const delivery = await chain.send(mail);
  await chain.close();
  expect(delivery).toMatchObject({ success: false, error: "SMTP: forced by SMTP_FORCE_FAIL" });
});

test("false is what it says", async () => {
  const chain = chainFromEnv({ ...smtpSettings(smtp), SMTP_FORCE_FAIL: "false", NODE_ENV: "production" });
  expect(await chain.send(mail)).toMatchObject({ success: true, provider: "SMTP" });
  await chain.close();
});

test("in production it is refused", () => {
  const env = { ...smtpSettings(smtp), ...sesSettings(ses), SMTP_FORCE_FAIL: "true", NODE_ENV: "production" };
  expect(problems(env)).toEqual([
    "SMTP_FORCE_FAIL is for rehearsing the fallback and may not be true where NODE_ENV is production.",
  ]);
});
