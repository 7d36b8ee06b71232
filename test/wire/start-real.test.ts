import { sesServer, smtpServer } from "@relais/conformance";
import { expect, test } from "vitest";
import { run } from "../repo/run.ts";

const program = new URL("../../examples/start/main.ts", import.meta.url).pathname;
const start = (env: Record<string, string>, ...args: string[]) =>
  run(process.execPath, ["--conditions=@relais/source", program, ...args], {
    timeoutMs: 20_000,
    env,
  });

test("with an environment and --to, npm start sends one real mail through its chain", async () => {
  const smtp = await smtpServer();
  const ses = await sesServer();
  const env = {
    SMTP_HOST: smtp.host,
    SMTP_PORT: String(smtp.port),
    AWS_SES_REGION: "eu-west-1",
    AWS_SES_ENDPOINT: ses.endpoint,
    AWS_SES_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SES_SECRET_ACCESS_KEY: "secret",
    AWS_SES_FROM_EMAIL: "shop@example.org",
  };
  const first = await start(env, "--to", "you@example.org");
  expect(first.code, first.said).toBe(0);
  expect(first.stdout).toContain("provider: SMTP");
  expect(smtp.accepted.map(({ from, to }) => [from, to])).toEqual([
    ["shop@example.org", ["you@example.org"]],
  ]);

  await smtp.down();
  const second = await start(env, "--to", "you@example.org");
  expect(second.code, second.said).toBe(0);
  expect(second.stdout).toContain("provider: SES");
  expect(ses.accepted).toHaveLength(1);
  await smtp.close();
  await ses.close();
});

test("without an environment, --to prints which variables to set", async () => {
  const { code, said } = await start({}, "--to", "you@example.org");
  expect(code).toBe(2);
  expect(said).toContain("No e-mail provider is configured: set SMTP_HOST");
});
