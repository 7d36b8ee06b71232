import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadChain, smtp } from "relais";
import { expect, test } from "vitest";
import { ConfigurationError } from "../../src/environment/settings-reader.ts";

async function sentencesOf(config: unknown, env: Record<string, string> = {}): Promise<readonly string[]> {
  try {
    await (await loadChain({ config: config as never, env })).close();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

test.each([
  "$SMTP_HOST",
  "{{SMTP_HOST}}",
  "{{ SMTP_HOST }}",
  "${SMTP_HOST:b}",
  "${ SMTP_HOST }",
  "${env.SMTP_HOST}",
  "a-${SMTP_HOST-b}",
])("%s is told how it is written here", async (host) => {
  const sentences = await sentencesOf({ chain: [{ use: "smtp", options: { host } }] }, { SMTP_HOST: "h" });
  expect(sentences).toEqual([
    "chain[0].options.host: names a variable as Relais does not; write ${SMTP_HOST}, or ${SMTP_HOST:-default}",
  ]);
});

test("passwords with the signs of references are passwords", async () => {
  for (const pass of ["$ECRET", "pa$$word", "a{{b}}c", "$1_a", "{b}", "a$b{c}"])
    expect(
      await sentencesOf({ chain: [{ use: "smtp", options: { host: "h", auth: { user: "a", pass } } }] }),
    ).toEqual([]);
});

const provider = () => smtp({ host: "127.0.0.1" });
test.each([
  ["a provider", provider(), "is no plugin: it is a provider; give a function that makes it: (options) => …"],
  ["a promise", Promise.resolve(provider), "is no plugin: it is a promise (await is missing)"],
  [
    "an object of functions",
    { smtp },
    "is no plugin: it is a module or an object with functions in it; give one of them",
  ],
])("use of %s", async (_what, use, sentence) => {
  expect(await sentencesOf({ chain: [{ use }] })).toEqual([`chain[0].use: ${sentence}`]);
});

test("a function that is async makes a promise", async () => {
  const folder = mkdtempSync(join(tmpdir(), "relais-async-"));
  writeFileSync(join(folder, "falcon.mjs"), "export default async () => ({});");
  const sentence = "chain[0]: use makes a promise (await is missing), and must make a provider";
  expect(await sentencesOf({ chain: [{ use: async () => provider() }] })).toEqual([sentence]);
  expect(await sentencesOf({ chain: [{ use: join(folder, "falcon.mjs") }] })).toEqual([sentence]);
});
