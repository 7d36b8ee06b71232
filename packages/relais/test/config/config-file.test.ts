import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { jsonErrorPlace, placeOf, readConfigFile } from "../../src/config/config-file.ts";

const folder = mkdtempSync(join(tmpdir(), "relais-parse-"));
afterAll(() => rmSync(folder, { recursive: true }));
const secret = "Zq7Wx3Vy9K";
const pieces = Array.from({ length: secret.length - 3 }, (_, i) => secret.slice(i, i + 4));

const json = (pass: string) => [
  "{",
  '  "chain": [{',
  '    "use": "smtp",',
  `    "options": { "host": "a.example.org", "auth": { "user": "ann", "pass": ${pass} } }`,
  "  }]",
  "}",
];
const yaml = (pass: string) => [
  "chain:",
  "  - use: smtp",
  "    options:",
  "      host: a.example.org",
  "      auth:",
  "        user: ann",
  `        pass: ${pass}`,
  "        method: PLAIN",
];
/** A mistake somewhere: a piece taken out, or a sign put in. */
const mistake = (text: string) =>
  fc
    .record({
      at: fc.nat(text.length),
      cut: fc.nat(2),
      put: fc.constantFrom("", ..."\"'{}[],:*&!%@`|>#\t \\x\n"),
    })
    .map(({ at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut));
const quoted = fc.constantFrom(
  `"${secret}"`,
  secret,
  `'${secret}'`,
  `"${secret}" tail`,
  `*${secret}`,
  `!${secret}`,
  `"\\${secret}"`,
  `@${secret}`,
  `"${secret}`,
  `${secret}: ${secret}: x`,
);
const ends = fc.constantFrom("\n", "\r\n", "\r");
const files = { json, yaml } as const;
let n = 0;

test.each(["json", "yaml"] as const)(
  "what is said of a mistake in %s has a place, and nothing of the text",
  async (kind) => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc
          .tuple(quoted, ends, fc.constantFrom("", "\uFEFF"))
          .chain(([pass, end, mark]) => mistake(files[kind](pass).join(end)).map((text) => mark + text)),
        async (text) => {
          n += 1;
          const path = join(folder, `relais.${n}.${kind}`);
          writeFileSync(path, text);
          const warnings: string[] = [];
          const hear = (warning: Error) => void warnings.push(warning.message);
          process.on("warning", hear);
          const result = await readConfigFile(path).then(
            () => "",
            (error: Error) => error.message.replace(path, ""),
          );
          await new Promise((resolve) => setImmediate(resolve));
          process.off("warning", hear);
          for (const piece of pieces) expect(result + warnings.join()).not.toContain(piece);
          if (result === "") return;
          refused += 1;
          expect(result).toMatch(/^ cannot be read: (line \d+, column \d+: |an alias |it is not JSON)/);
        },
      ),
      { numRuns: 400 },
    );
    expect(refused).toBeGreaterThan(100);
  },
);

test("a module that cannot be read is named with its line, and nothing of its text", async () => {
  const modules = {
    "a.mjs": `export default {\n  pass: ${secret} x,\n};`,
    "b.mjs": `export default {\n  pass: "${secret},\n};`,
    "c.mjs": `const x = 1;\nthrow new Error("boom: " + process.env.MAIL_PASS);`,
    "d.mjs": `import "@acme/gone";\nexport default "${secret}";`,
    "e.mjs": `export const pass = "${secret}";`,
    "f.mts": `const pass: = "${secret}";\nexport default {};`,
    "g.mjs": `export default ${secret};`,
  };
  for (const [name, text] of Object.entries(modules)) writeFileSync(join(folder, name), `\uFEFF${text}`);
  writeFileSync(join(folder, "right.mts"), "\uFEFFconst a: number = 1;\r\nexport default { a };\r\n");
  const program = `
    import { readConfigFile } from ${JSON.stringify(join(import.meta.dirname, "../../src/config/config-file.ts"))};
    for (const path of ${JSON.stringify([...Object.keys(modules), "right.mts"].map((name) => join(folder, name)))})
      console.log(await readConfigFile(path).then(({ value }) => JSON.stringify(value), (error) => error.message.replace(${JSON.stringify(`${folder}/`)}, "")));`;
  const args = ["--conditions=@relais/source", "--input-type=module", "-e", program];
  const env = { ...process.env, MAIL_PASS: secret };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env });
  for (const piece of pieces) expect(stdout + stderr).not.toContain(piece);
  expect(stdout.split("\n")).toEqual([
    "a.mjs cannot be read: SyntaxError; node --check shows the place.",
    "b.mjs cannot be read: SyntaxError; node --check shows the place.",
    "c.mjs cannot be read: line 2: Error: boom: ***.",
    'd.mjs cannot be read: it imports "@acme/gone", which cannot be found.',
    "e.mjs cannot be read: it has no default export.",
    expect.stringMatching(/^f.mts cannot be read: /),
    "g.mjs cannot be read: line 1: ReferenceError.",
    '{"a":1}',
    "",
  ]);
});

describe("the place of a mistake in JSON", () => {
  const value = fc.json({ maxDepth: 4 });
  const accepted = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };

  test("is found exactly where JSON.parse finds one", () => {
    fc.assert(
      fc.property(fc.oneof(value, value.chain(mistake), value.chain(mistake).chain(mistake)), (text) => {
        expect(jsonErrorPlace(text) === undefined).toBe(accepted(text));
      }),
      { numRuns: 3_000 },
    );
  });

  test("is counted in lines however these end", () => {
    for (const end of ["\n", "\r\n", "\r"])
      expect(placeOf(["ab", "", "cd"].join(end), 2 + 2 * end.length + 1)).toEqual({ line: 3, column: 2 });
    expect(jsonErrorPlace('{"a": 01}')).toEqual({ line: 1, column: 8 });
    expect(jsonErrorPlace('{\r\n  "a": x\r\n}')).toEqual({ line: 2, column: 8 });
  });
});

test("a reference without quotes within { } or [ ] is told so with its line, and nothing else is", async () => {
  const file = join(folder, "bare.yaml");
  const places = fc.constantFrom(
    (text: string) => `{ host: ${text} }`,
    (text: string) => `{ host: ${text}, port: 25 }`,
    (text: string) => `{ auth: { user: ${text}, pass: x } }`,
    (text: string) => `{ tls: [${text}, x] }`,
    (text: string) => `{ host: h, pass: ${text} }`,
  );
  const references = fc.constantFrom("${HOST}", "${HOST:-localhost}", "${A_B}-${C}");
  await fc.assert(
    fc.asyncProperty(places, references, fc.nat(5), async (place, reference, gap) => {
      const before = "# a comment\n".repeat(gap);
      writeFileSync(file, `${before}chain:\n  - use: smtp\n    options: ${place(reference)}\n`);
      const place3 = `${file} cannot be read: line ${gap + 3}, column`;
      await expect(readConfigFile(file)).rejects.toThrow(place3);
      await expect(readConfigFile(file)).rejects.toThrow('put ${…} in quotes, as in "${NAME}"');
      writeFileSync(file, `${before}chain:\n  - use: smtp\n    options: ${place(`"${reference}"`)}\n`);
      await readConfigFile(file);
    }),
  );
  // In a block, YAML takes it as it is; another mistake is not blamed on it.
  writeFileSync(file, "host: ${HOST}\n");
  expect((await readConfigFile(file)).value).toEqual({ host: "${HOST}" });
  writeFileSync(file, "host: ${HOST}\nport: 'x\n");
  await expect(readConfigFile(file)).rejects.not.toThrow("in quotes");
});
