import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { smtpServer } from "@relais/conformance";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadChain } from "../../src/config/load-chain.ts";
import { type FarEnds, farEnds, mail, secret } from "./local-providers.ts";

let ends: FarEnds;
let folder: string;
beforeEach(async () => {
  ends = await farEnds();
  folder = mkdtempSync(join(tmpdir(), "relais-config-"));
});
afterEach(() => ends.close());

const yaml = `
chain:
  - use: "@relais/smtp"
    id: SMTP
    options:
      host: "\${SMTP_HOST}"
      port: "\${SMTP_PORT}"
      auth: { user: "\${SMTP_USER}", pass: { file: ./smtp-pass } }
      tls: { ca: "\${CA}" }
    retry: { attempts: 3 }
    breaker: { failureRate: 0.5, minimumCalls: 5, resetMs: 30000 }
    timeoutMs: 30000
  - use: ses
    options:
      region: "\${REGION:-eu-west-1}"
      endpoint: "\${SES}"
      credentials: { accessKeyId: AKIDEXAMPLE, secretAccessKey: "\${SMTP_PASS}" }
    rateLimit: fromProvider
deadlineMs: 60000
onUnknown: stop
`;
const object = {
  chain: [
    {
      use: "smtp",
      id: "SMTP",
      options: {
        host: "${SMTP_HOST}",
        port: "${SMTP_PORT}",
        auth: { user: "${SMTP_USER}", pass: "${SMTP_PASS}" },
        tls: { ca: "${CA}" },
      },
      retry: { attempts: 3 },
      breaker: { failureRate: 0.5, minimumCalls: 5, resetMs: 30_000 },
    },
    {
      use: "@relais/ses",
      options: {
        region: "eu-west-1",
        endpoint: "${SES}",
        credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "${SMTP_PASS}" },
      },
      rateLimit: "fromProvider",
    },
  ],
  deadlineMs: 60_000,
  onUnknown: "stop",
} as const;

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

test("a YAML file with references and mounted secrets sends, and falls back", async () => {
  write("smtp-pass", `${secret}\n`);
  write("relais.config.yaml", yaml);
  const chain = await loadChain({ cwd: folder, env: ends.env });
  expect(await chain.send(mail)).toMatchObject({ success: true, provider: "SMTP" });
  await ends.smtp.down();
  expect(await chain.send(mail)).toMatchObject({ success: true, provider: "SES" });
  await chain.close();
});

test("YAML, JSON, TypeScript, JavaScript and an object amount to the same", async () => {
  write("smtp-pass", secret);
  const text = JSON.stringify(object);
  const seen: unknown[] = [];
  for (const options of [
    { file: write("a.yaml", yaml) },
    { file: write("b.json", text) },
    { config: object },
  ]) {
    const chain = await loadChain({ ...options, cwd: folder, env: ends.env });
    seen.push(chain.effective());
    await chain.close();
  }
  const typed = `const config: { readonly chain: unknown } = ${text};\nexport default config;`;
  for (const file of [write("c.mts", typed), write("d.mjs", `export default ${text};`)]) {
    const args = ["--conditions=@relais/source", join(import.meta.dirname, "print-effective.ts"), file];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      env: { ...process.env, ...ends.env },
    });
    seen.push(JSON.parse(stdout));
  }
  for (const one of seen) expect(one).toEqual(seen[0]);
  expect(JSON.stringify(seen)).not.toContain(secret);
});

test("a DSN amounts to the same as what it stands for", async () => {
  const { host, port } = ends.smtp;
  const dsn = `failover(smtp://relais:${secret}@${host}:${port}?pool.maxConnections=2 ses://AKIDEXAMPLE:${secret}@default?region=eu-west-1&timeoutMs=5000)`;
  const short = await loadChain({ dsn, env: {} });
  const long = await loadChain({
    env: {},
    config: {
      chain: [
        {
          use: "smtp",
          options: { host, port, auth: { user: "relais", pass: secret }, pool: { maxConnections: 2 } },
        },
        {
          use: "ses",
          timeoutMs: 5_000,
          options: {
            region: "eu-west-1",
            credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: secret },
          },
        },
      ],
    },
  });
  expect(short.effective()).toEqual(long.effective());
  await Promise.all([short.close(), long.close()]);
});

test("DKIM keys are mounted secrets, one or several, and are shown to nobody", async () => {
  const keys = [generateKeyPairSync("rsa", { modulusLength: 1_024 }), generateKeyPairSync("ed25519")];
  const pems = keys.map(({ privateKey }) => privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  for (const [i, pem] of pems.entries()) write(`key-${i}.pem`, pem);
  const one = (domainName: string, i: number): string =>
    `{ domainName: ${domainName}, keySelector: k${i}, privateKey: { file: ./key-${i}.pem } }`;
  const signatures = async (dkim: string): Promise<string[]> => {
    ends.smtp.reset();
    write(
      "relais.config.yaml",
      `chain:\n  - { use: smtp, options: { host: "\${SMTP_HOST}", port: "\${SMTP_PORT}", requireTLS: false, ignoreTLS: true, dkim: ${dkim} } }\n`,
    );
    const chain = await loadChain({ cwd: folder, env: { ...ends.env, ALSO: "Feedback-ID" } });
    expect(JSON.stringify(chain.effective())).not.toContain("PRIVATE KEY");
    expect(await chain.send(mail)).toMatchObject({ success: true });
    await chain.close();
    const text = ends.smtp.accepted[0]?.data.toString() ?? "";
    return [...text.matchAll(/a=(\S+);[^=]*=[^=]*; *\r?\n? d=(\S+);/g)].map(([, a, d]) => `${a} ${d}`);
  };
  const rsa = "rsa-sha256 example.org";
  const edwards = "ed25519-sha256 example.org";
  expect(await signatures(one("example.org", 0))).toEqual([rsa]);
  expect(await signatures(`[${one("example.org", 0)}, ${one("example.org", 1)}]`)).toEqual([rsa, edwards]);
  expect(await signatures(`[${one("example.net", 0)}, ${one("example.org", 1)}]`)).toEqual([edwards]);
});

test("the answer has the time that an entry or a DSN gives it; else until the deadline", async () => {
  const slow = await smtpServer();
  slow.script({ dot: { delayMs: 700 } });
  const at = { host: slow.host, port: slow.port };
  const entry = (more: object) => ({
    config: { chain: [{ use: "smtp", options: at, timeoutMs: 200, ...more }] },
  });
  const dsn = (more: string) => ({ dsn: `smtp://${at.host}:${at.port}?timeoutMs=200${more}` });
  for (const [options, status, shown] of [
    [entry({}), "sent", undefined],
    [dsn(""), "sent", undefined],
    [entry({ afterHandOverMs: 300 }), "unknown", 300],
    [dsn("&afterHandOverMs=300"), "unknown", 300],
    [entry({ afterHandOverMs: 5_000 }), "sent", 5_000],
  ] as const) {
    const chain = await loadChain({ ...options, env: {} });
    const delivery = await chain.send(mail);
    expect([options, delivery.success ? "sent" : delivery.status]).toEqual([options, status]);
    const [link] = (chain.effective() as { chain: { afterHandOverMs?: number }[] }).chain;
    expect(link?.afterHandOverMs).toBe(shown);
    await chain.close();
  }
  await slow.close();
}, 20_000);

test("chains have names, and nest by them", async () => {
  const { host, port } = ends.smtp;
  const options = { host, port, requireTLS: false, ignoreTLS: true };
  const config = {
    chains: {
      everyday: [
        { use: "smtp", id: "PARIS", options },
        { use: "smtp", id: "LYON", options },
      ],
      bulk: { chain: [{ chain: "everyday" }], deadlineMs: 5_000 },
    },
  };
  const chain = await loadChain({ config, name: "bulk", env: {} });
  expect(chain.effective()).toMatchObject({
    id: "bulk",
    deadlineMs: 5_000,
    chain: [{ id: "everyday", chain: [{ id: "PARIS" }, { id: "LYON" }] }],
  });
  expect(await chain.send(mail)).toMatchObject({ success: true, provider: "PARIS" });
  await chain.close();
});

test("what came out of a file is masked whatever its name, in a nested chain too", async () => {
  write("greeting", "a-name-that-is-secret");
  const options = { host: "127.0.0.1", name: { file: "./greeting" } };
  const config = { chains: { a: [{ use: "smtp", options }], b: [{ chain: "a" }] } };
  const chain = await loadChain({ config, name: "b", cwd: folder, env: {} });
  expect(chain.effective()).toMatchObject({
    chain: [{ chain: [{ options: { host: "127.0.0.1", name: "***" } }] }],
  });
  await chain.close();
});

describe("reading it again", () => {
  const config = (extra: string) =>
    `chain:\n  - { use: smtp, options: { host: "\${SMTP_HOST}", port: "\${SMTP_PORT}", requireTLS: false, ignoreTLS: true } }\n${extra}`;

  test("keeps the old chain if the new file is wrong", async () => {
    const file = write("relais.config.yaml", config(""));
    const chain = await loadChain({ file, env: ends.env });
    write("relais.config.yaml", config("deadlineMs: soon\n"));
    await expect(chain.reload()).rejects.toThrow("deadlineMs: must be a number, got a string");
    expect(await chain.send(mail)).toMatchObject({ success: true });
    await chain.close();
  });

  test("under load loses nothing and sends nothing twice: 2,000 sends during 20 reloads", async () => {
    const file = write("relais.config.yaml", config(""));
    const chain = await loadChain({ file, env: ends.env });
    let sent = 0;
    const send = async () => {
      for (let i = 0; i < 50; i++) if ((await chain.send(mail)).success) sent += 1;
    };
    const reload = async () => {
      for (let i = 0; i < 20; i++) {
        write("relais.config.yaml", config(`deadlineMs: ${10_000 + i}\n`));
        await chain.reload();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await Promise.all([...Array.from({ length: 40 }, send), reload()]);
    expect(sent).toBe(2_000);
    expect(ends.smtp.accepted).toHaveLength(2_000);
    expect(new Set(ends.smtp.accepted.map(({ messageId }) => messageId)).size).toBe(2_000);
    expect(chain.effective()).toMatchObject({ deadlineMs: 10_019 });
    await chain.close();
  });
});
