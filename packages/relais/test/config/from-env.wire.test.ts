import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sesServer, smtpServer } from "@relais/conformance";
import { loadChain } from "relais";
import { expect, test } from "vitest";
import { sesAccount, sesSettings } from "../environment/settings.ts";

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

test("flags, mounted secrets and the region of the machine are read as chainFromEnv reads them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "relais-from-env-"));
  writeFileSync(join(folder, "pass"), "sesame-42\n");
  const env = {
    SMTP_HOST: "127.0.0.1",
    SMTP_SECURE: "Yes",
    SMTP_REQUIRE_TLS: "0",
    SMTP_USER: "ann",
    SMTP_PASS_FILE: join(folder, "pass"),
    AWS_SES_ENDPOINT: "http://127.0.0.1:9",
    AWS_REGION: "eu-west-3",
  };
  const config = { chain: [{ use: "smtp" }, { use: "ses" }] };
  const chain = await loadChain({ config, env });
  expect(chain.effective()).toMatchObject({
    chain: [
      { options: { secure: true, requireTLS: false, auth: { user: "ann", pass: "***" } } },
      { options: { region: "eu-west-3" } },
    ],
  });
  await chain.close();
  const gone = { ...env, SMTP_PASS_FILE: join(folder, "gone") };
  const error = await loadChain({ config, env: gone }).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({
    problems: ["chain[0].options: SMTP_PASS_FILE names a file that cannot be read"],
  });
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
