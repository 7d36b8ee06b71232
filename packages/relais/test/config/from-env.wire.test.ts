import { sesServer, smtpServer } from "@relais/conformance";
import { loadChain } from "relais";
import { expect, test } from "vitest";
import { sesAccount, sesSettings } from "../environment.ts";

test("entries without options are described by the environment, and send", async () => {
  const pass = "sesame-42";
  const smtp = await smtpServer({ auth: { users: { ann: pass }, required: true } });
  const ses = await sesServer({ region: "eu-west-1", ...sesAccount });
  const env = {
    SMTP_HOST: smtp.host,
    SMTP_PORT: String(smtp.port),
    SMTP_REQUIRE_TLS: "false",
    SMTP_USER: "ann",
    SMTP_PASS: pass,
    ...sesSettings(ses),
  };
  const chain = await loadChain({ config: { chain: [{ use: "smtp" }, { use: "ses" }] }, env });
  expect(JSON.stringify(chain.effective())).not.toContain(pass);
  const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Hello", text: "Hello" };
  expect(await chain.send(mail)).toMatchObject({ success: true, provider: "SMTP" });
  await smtp.down();
  expect(await chain.send(mail)).toMatchObject({ success: true, provider: "SES" });
  await chain.close();
  await ses.close();
});

test.each([
  [{}, "chain[0].options.host: is missing"],
  [{ SMTP_HOST: "a.example", SMTP_PORT: "no" }, "chain[0].options.port"],
  [{ SMTP_HOST: "a.example", SMTP_USER: "ann" }, "chain[0].options.auth.pass"],
])("with %j it is said what is wrong", async (env, sentence) => {
  const error = await loadChain({ config: { chain: [{ use: "smtp" }] }, env }).catch(
    (thrown: Error) => thrown,
  );
  expect(String(error)).toContain(sentence);
});
