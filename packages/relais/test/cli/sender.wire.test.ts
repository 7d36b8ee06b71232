import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { smtpServer } from "@relais/conformance";
import { expect, test } from "vitest";
import { runHere } from "./run-here.ts";

test("send takes the sender from the configuration, one message or many, and from the chain that is named", async () => {
  const server = await smtpServer();
  const cwd = mkdtempSync(join(tmpdir(), "relais-sender-"));
  const chain = [{ use: "smtp", options: { host: server.host, port: server.port } }];
  const config = {
    from: "shop@example.org",
    chains: { live: chain, dev: { chain, from: "dev@example.org" } },
  };
  writeFileSync(join(cwd, "relais.config.json"), JSON.stringify(config));
  writeFileSync(join(cwd, "people.csv"), "to\nann@example.net\n");
  const env = { AWS_SES_FROM_EMAIL: "env@example.org" };
  const words = ["--subject", "Hello", "--text", "Hello"];
  const one = ["send", "--to", "ann@example.net", ...words];
  const json = { stdin: JSON.stringify({ to: "ann@example.net", subject: "Hello", text: "Hello" }) };
  const many = ["send", "--bulk", "people.csv", ...words];
  for (const [name, sender] of [
    ["live", "shop@example.org"],
    ["dev", "dev@example.org"],
  ] as const) {
    const of = ["--chain", name];
    for (const [args, more] of [
      [one, {}],
      [["send"], json],
      [[...many, "--journal", `${name}.jsonl`], {}],
    ] as const) {
      const before = server.accepted.length;
      const dry = await runHere([...args, ...of, "--dry-run"], { cwd, env, ...more });
      expect(dry, dry.err).toMatchObject({ code: 0, out: expect.stringContaining(`From: ${sender}`) });
      const result = await runHere([...args, ...of], { cwd, env, ...more });
      expect(result.code, result.err).toBe(0);
      expect(server.accepted.slice(before)).toMatchObject([{ from: sender }]);
    }
  }
  const named = await runHere([...one, "--chain", "dev", "--from", "ann@example.com", "--dry-run"], { cwd });
  expect(named.out).toContain("From: ann@example.com");
  for (const args of [one, many, [...one, "--dry-run"], [...many, "--dry-run"]]) {
    const wrong = await runHere([...args, "--chain", "prod"], { cwd });
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining("there is no chain called prod") });
    expect(wrong.err).not.toContain("from: ");
  }
  await server.close();
});
