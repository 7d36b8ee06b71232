import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { defineProvider } from "@relais/core/spi";
import { resend } from "@relais/http";
import smtpPlugin, { smtp } from "@relais/smtp";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadChain } from "../../src/config/load-chain.ts";
import type { RelaisConfig } from "../../src/config/relais-config.ts";
import { ConfigurationError } from "../../src/environment/settings-reader.ts";
import { type FarEnds, farEnds, mail } from "./local-providers.ts";

let ends: FarEnds;
let folder: string;
beforeEach(async () => {
  ends = await farEnds();
  folder = mkdtempSync(join(tmpdir(), "relais-stages-"));
});
afterEach(() => ends.close());

const stages = `
from: shop@example.org
deadlineMs: 20000
outbox: { database: "\${DATABASE_URL}" }
chains:
  dev:
    - use: smtp
      options:
        host: "\${SMTP_HOST}"
        port: "\${SMTP_PORT}"
        requireTLS: false
        tls: { ca: "\${CA:-}" }
        auth: { user: "\${SMTP_USER:-}", pass: "\${SMTP_PASS:-}" }
  prod:
    - use: smtp
      options: { host: "\${PROD_HOST}", port: "\${PROD_PORT}", auth: { user: "\${PROD_USER}", pass: { file: ./prod-pass } } }
    - { use: ses, options: { region: "\${PROD_REGION}" }, timeoutMs: "\${PROD_TIMEOUT}", id: "\${PROD_ID}" }
`;

const write = (text: string, name = "relais.config.yaml"): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};
const problemsOf = async (options: Parameters<typeof loadChain>[0]): Promise<readonly string[]> => {
  try {
    await (await loadChain(options)).close();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
};

describe("one file with the chains of several stages", () => {
  test("needs only what the chosen chain needs; a login that is not there is left out", async () => {
    write(stages);
    const { SMTP_HOST, SMTP_PORT } = ends.env;
    const chain = await loadChain({ cwd: folder, env: { SMTP_HOST, SMTP_PORT, RELAIS_CHAIN: "dev" } });
    const { from: _, ...withoutSender } = mail;
    // The server wants a login: that none was tried is seen by its answer.
    expect(await chain.send(withoutSender)).toMatchObject({ success: false, kind: "misconfigured" });
    expect(chain.effective()).toMatchObject({ id: "dev", deadlineMs: 20_000, from: "shop@example.org" });
    await chain.close();
    const whole = await loadChain({ cwd: folder, env: ends.env, name: "dev" });
    expect(await whole.send(withoutSender)).toMatchObject({ success: true, provider: "SMTP" });
    await whole.close();
  });

  test("tells all that the chosen chain lacks, once and with its line, and nothing of another", async () => {
    const file = write(stages);
    const notSet = (place: string, name: string) =>
      `${place}: names the environment variable ${name}, which is not set`;
    const expected = [
      notSet("line 16: chains.prod[0].options.host", "PROD_HOST"),
      notSet("line 16: chains.prod[0].options.port", "PROD_PORT"),
      notSet("line 16: chains.prod[0].options.auth.user", "PROD_USER"),
      'line 16: chains.prod[0].options.auth.pass: names the file "./prod-pass", which cannot be read',
      notSet("line 17: chains.prod[1].options.region", "PROD_REGION"),
      notSet("line 17: chains.prod[1].timeoutMs", "PROD_TIMEOUT"),
      notSet("line 17: chains.prod[1].id", "PROD_ID"),
    ];
    const problems = await problemsOf({ cwd: folder, env: {}, name: "prod" });
    expect([...problems].sort()).toEqual(expected.map((text) => `${file}, ${text}`).sort());
  });

  test("of a login that may be absent, one half alone is a mistake", async () => {
    write(stages);
    const { SMTP_HOST, SMTP_PORT, SMTP_USER } = ends.env;
    const [problem = ""] = await problemsOf({
      cwd: folder,
      name: "dev",
      env: { SMTP_HOST, SMTP_PORT, SMTP_USER },
    });
    expect(problem).toMatch(/auth\.pass: is missing: SMTP_PASS is not set, or is empty$/);
  });

  test("RELAIS_CHAIN chooses, a name wins, and a name that is none is never passed over", async () => {
    write(stages);
    const chosen = async (name?: string, RELAIS_CHAIN?: string, chain?: RelaisConfig) => {
      const env = { ...ends.env, RELAIS_CHAIN };
      const loaded = await loadChain(
        chain === undefined ? { cwd: folder, env, name } : { config: chain, env, name },
      );
      await loaded.close();
      return loaded.id;
    };
    expect(await chosen("dev", "prod")).toBe("dev");
    expect(await chosen(undefined, "dev")).toBe("dev");
    await expect(chosen()).rejects.toThrow(
      "has several chains; name one by --chain, RELAIS_CHAIN or loadChain({ name }): dev, prod",
    );
    await expect(chosen(undefined, "prd")).rejects.toThrow("no chain called prd; did you mean prod?");
    const one: RelaisConfig = { chain: [{ use: "smtp", options: { host: "127.0.0.1" } }] };
    expect(await chosen(undefined, undefined, one)).toBe("chain");
    await expect(chosen(undefined, "prod", one)).rejects.toThrow("there is no chain called prod");
    const dsn = await loadChain({ dsn: "smtp://127.0.0.1", env: { RELAIS_CHAIN: "prod" } });
    expect(dsn.id).toBe("chain");
    await dsn.close();
  });
});

describe("where the configuration is found", () => {
  test("RELAIS_CONFIG names it, and a file that is given wins", async () => {
    const first = write(stages, "first.yaml");
    const second = write(stages.replace("20000", "30000"), "second.yaml");
    const env = { ...ends.env, RELAIS_CHAIN: "dev", RELAIS_CONFIG: "second.yaml" };
    for (const [file, expected] of [
      [undefined, second],
      ["first.yaml", first],
    ] as const) {
      const chain = await loadChain({ cwd: folder, env, file });
      expect(chain.file).toBe(expected);
      await chain.close();
    }
    await expect(loadChain({ cwd: folder, env: { RELAIS_CONFIG: "third.yaml" } })).rejects.toThrow(
      `${join(folder, "third.yaml")} cannot be read: ENOENT`,
    );
  });

  test("without one the environment describes the chain, and is read again", async () => {
    const env: Record<string, string | undefined> = {
      SMTP_HOST: ends.smtp.host,
      SMTP_PORT: String(ends.smtp.port),
      SMTP_REQUIRE_TLS: "false",
      SMTP_IGNORE_TLS: "true",
    };
    const open = await loadChain({ cwd: folder, env });
    expect([open.file, open.effective()]).toEqual([undefined, { chain: [{ id: "SMTP" }] }]);
    env.AWS_SES_REGION = "eu-west-1";
    await open.reload();
    expect(open.links.map(({ id }) => id)).toEqual(["SMTP", "SES"]);
    await open.close();
  });

  test("with nothing at all both ways are told; a chain that is named needs a configuration", async () => {
    const problems = await problemsOf({ cwd: folder, env: {} });
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain("set SMTP_HOST");
    expect(problems[1]).toContain(`There is no relais.config.ts (or .js, .json, .yaml) in ${folder}`);
    expect(await problemsOf({ cwd: folder, env: { SMTP_HOST: "localhost", RELAIS_CHAIN: "prod" } })).toEqual([
      `There is no relais.config.ts (or .js, .json, .yaml) in ${folder} or above it, and so no chain called prod.`,
    ]);
  });

  test("one that was found in a folder above says so where something is wrong with it", async () => {
    const file = write("chain: [{ use: http, options: { api: resend, apiKey: '${RESEND_API_KEY}' } }]");
    const inner = join(folder, "a", "b");
    mkdirSync(inner, { recursive: true });
    const hint = `${file} was found above ${inner}; --config, RELAIS_CONFIG or loadChain({ file }) name another.`;
    expect(await problemsOf({ cwd: inner, env: {} })).toEqual([
      expect.stringContaining(`${file}, line 1: chain[0].options.apiKey: names the environment variable`),
      hint,
    ]);
    expect(await problemsOf({ cwd: folder, env: {} })).toHaveLength(1);
    expect(await problemsOf({ cwd: inner, file, env: {} })).toHaveLength(1);
  });
});

describe("a plugin that is given as an object", () => {
  const at = () => ({
    host: ends.smtp.host,
    port: ends.smtp.port,
    auth: { user: "relais", pass: "${SMTP_PASS}" },
    tls: { ca: "${CA}" },
  });

  test.each([
    ["the plugin of a package", smtpPlugin],
    ["the function of a package", smtp],
  ])("%s makes the provider of its options", async (_what, use) => {
    const config = { chain: [{ use, id: "MINE", options: at() }] };
    const chain = await loadChain({ config, env: ends.env });
    expect(await chain.send(mail)).toMatchObject({ success: true, provider: "MINE" });
    expect(JSON.stringify(chain.effective())).not.toContain(ends.env.SMTP_PASS);
    await chain.reload();
    expect(await chain.send(mail)).toMatchObject({ success: true, provider: "MINE" });
    await chain.close();
  });

  test("a function of one's own is one, in code and as a file", async () => {
    const paper = ({ id = "PAPER", prefix }: { readonly id?: string; readonly prefix: string }) =>
      defineProvider({ id, send: async () => ({ messageId: `${prefix}-1` }) });
    const paperText = `({ id = "PAPER", prefix }) => ({
      id,
      send: async (message, { envelope, handOver }) => {
        await handOver();
        return { success: true, provider: id, messageId: prefix + "-1", accepted: envelope.to, rejected: [] };
      },
    })`;
    const spi = pathToFileURL(join(import.meta.dirname, "../../../core/src/spi.ts")).href;
    write(
      `import { defineProvider } from "${spi}";
      export default ({ id = "PAPER", prefix }) => defineProvider({ id, send: async () => ({ messageId: prefix + "-1" }) });`,
      "paper.mjs",
    );
    write(`Object.assign(exports, { __esModule: true, default: ${paperText} });`, "paper.cjs");
    for (const use of [paper, "./paper.mjs", "./paper.cjs"]) {
      const config = { chain: [{ use, options: { prefix: "p" } }] };
      const chain = await loadChain({ config, cwd: folder, env: {} });
      expect(await chain.send(mail)).toMatchObject({ success: true, provider: "PAPER", messageId: "p-1" });
      await chain.close();
    }
  });

  test("a file that exports a provider, or an HttpApi, is told to export what makes one", async () => {
    write("export default { id: 'P', send() {} };", "provider.mjs");
    write("export default { name: 'P', endpoint: 'https://p', accepted() {} };", "api.mjs");
    const config = { chain: [{ use: "./provider.mjs" }, { use: "./api.mjs" }] };
    expect(await problemsOf({ config, cwd: folder, env: {} })).toEqual([
      'chain[0].use: "./provider.mjs" is no plugin: its default export is a provider; export a function that makes it: export default (options) => …',
      'chain[1].use: "./api.mjs" is no plugin: its default export is an HttpApi; export default ({ id }) => http({ id, api })',
    ]);
  });

  test("one that throws while it is loaded is told with what it threw, in one line", async () => {
    write("throw new Error('no licence\\nfound');", "torn.mjs");
    write("throw null;", "nothing.mjs");
    const config = { chain: [{ use: "./torn.mjs" }, { use: "./nothing.mjs" }] };
    expect(await problemsOf({ config, cwd: folder, env: {} })).toEqual([
      'chain[0].use: "./torn.mjs" cannot be loaded: no licence found',
      'chain[1].use: "./nothing.mjs" cannot be loaded: null',
    ]);
  });

  test("its mistakes are told as those of a named one", async () => {
    const wrong: RelaisConfig = {
      chain: [
        { use: smtpPlugin, options: { host: "127.0.0.1", prot: 25 } },
        { use: resend, options: { apiKey: 5 } },
        { use: { ...smtpPlugin, contract: 2 } as never },
      ],
    };
    expect(await problemsOf({ config: wrong, env: {} })).toEqual([
      'chain[0].options: "prot" is not an option; did you mean port?',
      "chain[1]: resend: apiKey must be a string, got a number",
      "chain[2].use: is no plugin: it is made for version 2 of the plugin contract; this is version 1",
    ]);
  });
});

test("values that are missing never hide another mistake, nor make one up, whichever they are", async () => {
  const names = ["host", "port", "name", "user", "pass", "id", "timeoutMs", "attempts", "from", "deadlineMs"];
  await fc.assert(
    fc.asyncProperty(fc.subarray(names, { minLength: 1 }), fc.boolean(), async (missing, mistake) => {
      const field = (name: string, value: unknown): unknown =>
        missing.includes(name) ? `\${THE_${name}}` : value;
      const config = {
        from: field("from", "shop@example.org"),
        deadlineMs: field("deadlineMs", 5_000),
        chain: [
          {
            use: "smtp",
            id: field("id", "ONE"),
            timeoutMs: field("timeoutMs", 1_000),
            retry: { attempts: field("attempts", 2) },
            options: {
              host: field("host", "127.0.0.1"),
              port: field("port", 25),
              name: field("name", "here.example.org"),
              auth: { user: field("user", "u"), pass: field("pass", "p") },
              ...(mistake && { sekure: true }),
            },
          },
        ],
      } as RelaisConfig;
      const problems = await problemsOf({ config, env: {} });
      for (const name of missing)
        expect(problems.filter((one) => one.includes(`variable THE_${name}, which`))).toHaveLength(1);
      const others = problems.filter((one) => !one.includes("which is not set"));
      expect(others).toEqual(
        mistake ? ['chain[0].options: "sekure" is not an option; did you mean secure?'] : [],
      );
    }),
    { numRuns: 60 },
  );
});
