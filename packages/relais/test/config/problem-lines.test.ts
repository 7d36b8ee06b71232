import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { loadChain } from "../../src/config/load-chain.ts";
import { ConfigurationError } from "../../src/environment/settings-reader.ts";
import { type Wrong, wrong } from "./wrong-configurations.ts";

const folder = mkdtempSync(join(tmpdir(), "relais-lines-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Path = readonly (string | number)[];
const sentinel = "RELAIS_SENTINEL";

/** A value whose field at a path (the nearest that is there) has a name that stands nowhere else. */
function marked(value: unknown, [part, ...rest]: Path): unknown {
  if (part === undefined) return value;
  if (Array.isArray(value) && typeof part === "number" && part < value.length)
    return value.map((item, i) => {
      const inner = i === part ? marked(item, rest) : undefined;
      return i !== part ? item : inner === item ? sentinel : inner;
    });
  if (typeof value === "object" && value !== null && Object.hasOwn(value, String(part))) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        if (key !== part) return [key, item];
        const inner = marked(item, rest);
        return inner === item ? [sentinel, item] : [key, inner];
      }),
    );
  }
  return value;
}

/** Where a sentence says that the mistake is. */
function pathIn(sentence: string): Path {
  const [, place = ""] = /^(?!the configuration )([^\s:]+): /.exec(sentence) ?? [];
  const path = [...place.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name = ""]) =>
    index === undefined ? name : Number(index),
  );
  const [, unknown] = /"([^"]+)" (?:is not an option|belongs in options)/.exec(sentence) ?? [];
  return unknown === undefined ? path : [...path, unknown];
}

const writers: Readonly<Record<string, (value: unknown) => string>> = {
  "pretty.json": (value) => JSON.stringify(value, null, 2),
  "tabs.json": (value) => `\n${JSON.stringify(value, null, "\t").replaceAll("\n", "\r\n")}`,
  "one-line.json": (value) => JSON.stringify(value),
  "block.yaml": (value) => `# a comment\n\n${stringify(value)}`,
  "carriage-return.yml": (value) => stringify(value).replaceAll("\n", "\r"),
};

async function problemsIn(file: string): Promise<readonly string[]> {
  try {
    await (await loadChain({ file, env: {} })).close();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

function expectedLine(write: (value: unknown) => string, config: unknown, path: Path): number {
  const lines = write(marked(config, path)).split(/\r\n|\r|\n/);
  const index = lines.findIndex((line) => line.includes(sentinel));
  // The mistake of a whole file is told where its first value begins.
  return index === -1 ? lines.findIndex((line) => /^[^\s#]/.test(line)) + 1 : index + 1;
}

describe.each(Object.entries(writers))("a mistake in %s", (name, write) => {
  test.each([...wrong])("with %s is told with its file and line", async (...row) => {
    const [, config, sentences] = row as unknown as Wrong;
    const file = join(folder, name);
    writeFileSync(file, write(config));
    const expected = sentences.map(
      (sentence) => `${file}, line ${expectedLine(write, config, pathIn(sentence))}: ${sentence}`,
    );
    expect([...(await problemsIn(file))].sort()).toEqual(expected.sort());
  });
});

test("lines are right wherever comments and blank lines stand, and through aliases", async () => {
  const gap = fc.array(fc.constantFrom("", "# port: 1", "   # chain:"), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(gap, { minLength: 7, maxLength: 7 }), async (gaps) => {
      const file = join(folder, "gaps.yaml");
      const text = [
        "onUnknown: stop",
        "chain:",
        "  - use: smtp",
        "    options: &shared",
        "      host: a.example.org",
        "      port: 70000",
        "  - { use: smtp, id: OTHER, options: *shared }",
      ];
      const lines = text.flatMap((line, i) => [...(gaps[i] ?? []), line]);
      writeFileSync(file, lines.join("\n"));
      const line = lines.indexOf("      port: 70000") + 1;
      expect(await problemsIn(file)).toEqual([
        `${file}, line ${line}: chain[0].options.port: must be a whole number from 1 to 65535, got 70000`,
        `${file}, line ${line}: chain[1].options.port: must be a whole number from 1 to 65535, got 70000`,
      ]);
    }),
    { numRuns: 30 },
  );
});

test("a mistake in a module is told with its file", async () => {
  const file = join(folder, "relais.config.mjs");
  writeFileSync(file, `export default { chain: [{ use: "smtp", options: { host: "h", port: 0 } }] };`);
  expect(await problemsIn(file)).toEqual([
    `${file}: chain[0].options.port: must be a whole number from 1 to 65535, got 0`,
  ]);
});
