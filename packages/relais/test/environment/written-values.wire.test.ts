import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SmtpServer, smtpServer } from "@relais/conformance";
import fc from "fast-check";
import { type Chain, chainFromEnv, loadChain, type RelaisConfig } from "relais";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mail, type Settings } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "relais-written-"));
afterAll(() => rmSync(folder, { recursive: true }));

// Passwords as people have them: anything printable, blanks at the ends too.
const password = fc
  .string({ unit: fc.constantFrom(..." abcXYZ019#$%&'\"\\{}=;:ä€\t "), minLength: 1, maxLength: 14 })
  .map((text) => `p${text}`)
  .chain((text) => fc.constantFrom(text, ` ${text}`, `${text} `));
const passwords = [...new Set(fc.sample(password, { numRuns: 150, seed: 12 }))].filter(
  (text) => !/^(["'`]).*\1$/.test(text),
);

let server: SmtpServer;
beforeAll(async () => {
  const users = Object.fromEntries(passwords.map((pass, i) => [`user${i}`, pass]));
  server = await smtpServer({ auth: { users, required: true } });
});
afterAll(() => server.close());

const breaks = fc.constantFrom("", "", "\n", "\r\n", "\r", "\n\n", "\r\n\r\n");
const around = fc.constantFrom("", "", " ", "\t", "\u00a0", "\n", "\r\n", "\n  ", "\u200b", " \r\n");
const no = fc.constantFrom("false", "FALSE", "False", "0", "no", "No", "off", "OFF", "n", "f");

/** A value as somebody wrote it: in front of it and behind it is what does not belong to it. */
const written = (text: string) => fc.tuple(around, around).map(([before, after]) => before + text + after);
/** The same of a secret, where only line breaks (and what stands beyond them) do not belong to it. */
const writtenSecret = (text: string) =>
  fc
    .tuple(fc.constantFrom("", "", "\uFEFF"), breaks, breaks, fc.constantFrom("", "  "))
    .map(([mark, before, after, beyond]) => {
      const [outer, inner] = [before === "" ? "" : beyond + before, after === "" ? "" : after + beyond];
      return mark + outer + text + inner;
    });
const environment = fc.nat(passwords.length - 1).chain((i) =>
  fc.record({
    SMTP_HOST: written(server.host),
    SMTP_PORT: fc.constantFrom("", "0", "00").chain((zeros) => written(zeros + server.port)),
    SMTP_USER: written(`user${i}`),
    SMTP_PASS: writtenSecret(passwords[i] as string),
    SMTP_REQUIRE_TLS: no.chain(written),
    SMTP_SECURE: no.chain(written),
  }),
);

const encodings: Readonly<Record<string, (text: string) => Buffer>> = {
  "UTF-8": (text) => Buffer.from(text),
  "UTF-8 with a mark": (text) => Buffer.from(`\uFEFF${text}`),
  "UTF-16 LE": (text) => Buffer.from(`\uFEFF${text}`, "utf16le"),
  "UTF-16 BE": (text) => Buffer.from(`\uFEFF${text}`, "utf16le").swap16(),
};
let files = 0;
function file(text: string, encoding: string): string {
  files += 1;
  const path = join(folder, `value-${files}`);
  writeFileSync(path, encodings[encoding]?.(text) ?? "");
  return path;
}

const options = {
  host: "${SMTP_HOST}",
  port: "${SMTP_PORT}",
  secure: "${SMTP_SECURE}",
  requireTLS: "${SMTP_REQUIRE_TLS}",
  auth: { user: "${SMTP_USER}", pass: "${SMTP_PASS}" },
};
const config = (pass: unknown): RelaisConfig => ({
  chain: [{ use: "smtp", options: { ...options, auth: { ...options.auth, pass } } }],
});
const ways: Readonly<Record<string, (env: Settings, encoding: string) => Chain | Promise<Chain>>> = {
  "the environment": (env) => chainFromEnv(env),
  NAME_FILE: (env, encoding) =>
    chainFromEnv(
      Object.fromEntries(Object.entries(env).map(([name, text]) => [`${name}_FILE`, file(text, encoding)])),
    ),
  "an entry without options": (env) => loadChain({ config: { chain: [{ use: "smtp" }] }, env }),
  references: (env) => loadChain({ config: config("${SMTP_PASS}"), env }),
  "a file of a configuration": (env, encoding) =>
    loadChain({ config: config({ file: file(env.SMTP_PASS ?? "", encoding) }), env }),
};

test.each(Object.keys(ways))("values as people and editors write them log in: by %s", async (way) => {
  await fc.assert(
    fc.asyncProperty(environment, fc.constantFrom(...Object.keys(encodings)), async (env, encoding) => {
      const chain = await ways[way]?.(env, encoding);
      const delivery = await chain?.send(mail);
      await chain?.close();
      expect(delivery).toMatchObject({ success: true });
      const told = server.sessions.at(-1)?.logins.at(-1);
      expect(told).toMatchObject({ accepted: true, user: env.SMTP_USER.replace(/[\s\u200b]/g, "") });
    }),
    { numRuns: 60 },
  );
});
