import { type SesServer, type SmtpServer, sesServer, smtpServer } from "@relais/conformance";
import { chainFromEnv, loadChain } from "relais";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runHere } from "../cli/run-here.ts";
import { mail, problems, type Settings, sesAccount, sesSettings, smtpSettings } from "./settings.ts";

const pass = "sesame-42";
let server: SmtpServer;
let ses: SesServer;
let plain: Settings;
beforeAll(async () => {
  server = await smtpServer({ auth: { users: { ann: pass, bob: '"really"' } } });
  ses = await sesServer(sesAccount);
  plain = { ...smtpSettings(server), SMTP_USER: "ann", SMTP_PASS: pass, SMTP_REQUIRE_TLS: "false" };
});
afterAll(async () => {
  await server.close();
  await ses.close();
});

const quotes = ['"', "'", "`"];
const hint = "in quotes, which docker run --env-file keeps as a part of the value";

test.each(quotes)("a host, port, flag or name in %s is refused with a sentence that says why", (quote) => {
  const own = {
    SMTP_NAME: "a.example.org",
    SMTP_IGNORE_TLS: "true",
    SMTP_SECURE: "no",
    SMTP_FORCE_FAIL: "no",
  };
  const every: Settings = { ...plain, ...own };
  for (const name of ["SMTP_HOST", "SMTP_PORT", "SMTP_REQUIRE_TLS", ...Object.keys(own)]) {
    const result = problems({ ...every, [name]: `${quote}${every[name]}${quote}\r\n` });
    expect(result, name).toEqual([
      expect.stringMatching(new RegExp(`${name}.* is ${hint}\\.$|${name}.*; it is ${hint}\\.$`)),
    ]);
  }
  const account: Readonly<Record<string, string>> = { ...sesSettings(ses), AWS_SES_FROM_EMAIL: "shop" };
  for (const name of ["AWS_SES_REGION", "AWS_SES_ENDPOINT", "AWS_SES_FROM_EMAIL"]) {
    const result = problems({
      ...account,
      AWS_SES_FROM_EMAIL: "a@b.example",
      [name]: `${quote}${account[name]}${quote}`,
    });
    expect(result, name).toEqual([expect.stringContaining(`${name} is ${hint}.`)]);
  }
});

test.each(quotes)("a login in %s that fails is told so, and is not shown", async (quote) => {
  for (const name of ["SMTP_USER", "SMTP_PASS"]) {
    const env = { ...plain, [name]: `${quote}${plain[name]}${quote}` };
    for (const chain of [
      chainFromEnv(env),
      await loadChain({ config: { chain: [{ use: "smtp" }] }, env }),
      await loadChain({
        env,
        config: {
          chain: [
            {
              use: "smtp",
              options: {
                host: server.host,
                port: server.port,
                requireTLS: false,
                auth: { user: "${SMTP_USER}", pass: "${SMTP_PASS}" },
              },
            },
          ],
        },
      }),
    ]) {
      const delivery = await chain.send(mail);
      expect(delivery).toMatchObject({ success: false, kind: "misconfigured" });
      expect(delivery.failures[0]?.reason).toContain(`535 5.7.8`);
      expect(delivery.failures[0]?.reason).toContain(`(${name} is ${hint})`);
      expect(JSON.stringify([delivery, await chain.verify()])).not.toContain(pass);
      await chain.close();
    }
    const checked = await runHere(["check"], { env });
    expect(checked.out).toContain(`${name} is ${hint}`);
  }
  const env = { ...sesSettings(ses), AWS_SES_SECRET_ACCESS_KEY: `${quote}secret${quote}` };
  const chain = chainFromEnv(env);
  expect((await chain.send(mail)).failures[0]?.reason).toContain(`AWS_SES_SECRET_ACCESS_KEY is ${hint}`);
  await chain.close();
});

test("quotes that belong to a password are no matter", async () => {
  const chain = chainFromEnv({ ...plain, SMTP_USER: "bob", SMTP_PASS: '"really"' });
  expect(await chain.send(mail)).toMatchObject({ success: true });
  await server.down();
  const delivery = await chain.send(mail);
  expect(delivery.failures[0]?.reason).not.toContain("quotes");
  await chain.close();
});
