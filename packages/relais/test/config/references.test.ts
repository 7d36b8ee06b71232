import { tmpdir } from "node:os";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadChain } from "../../src/config/load-chain.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { loadFeedback } from "../../src/config/load-feedback.ts";
import type { RelaisConfig } from "../../src/config/relais-config.ts";
import { ConfigurationError } from "../../src/environment/settings-reader.ts";
import { configJsonSchema } from "./config-json-schema.ts";

// Every field of a configuration that is a number, or true or false, read off the published schema: none is listed here.

type Schema = Readonly<Record<string, unknown>>;
interface Leaf {
  readonly path: readonly string[];
  readonly type: "boolean" | "number";
  readonly least: number;
}

/** What the policies themselves want, beside what the schema says. */
const oddLeast: Readonly<Record<string, number>> = { failureRate: 1, maxResetMs: 30_000 };

function leaves(schema: unknown, path: readonly string[] = []): Leaf[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { type, properties = {}, anyOf = [], minimum = 0, exclusiveMinimum } = schema as Schema;
  const least = Math.max(minimum as number, (exclusiveMinimum as number | undefined) ?? 0, 1);
  const own: Leaf[] =
    type === "boolean"
      ? [{ path, type, least }]
      : type === "number" || type === "integer"
        ? [{ path, type: "number", least: oddLeast[path.at(-1) ?? ""] ?? least }]
        : [];
  return [
    ...own,
    ...(anyOf as unknown[]).flatMap((one) => leaves(one, path)),
    ...Object.entries(properties as Schema).flatMap(([name, one]) => leaves(one, [...path, name])),
  ];
}

const schema = (await configJsonSchema()) as {
  properties: Schema;
  $defs: {
    provider: { properties: Schema; allOf: readonly { then: { properties: { options: Schema } } }[] };
  };
};
const { chain: _chain, chains: _chains, ...top } = schema.properties;
const [smtp, ses] = schema.$defs.provider.allOf.map(({ then }) => leaves(then.properties.options));
const host = { host: "a.example.org" };
const needed: Readonly<Record<string, object>> = {
  "tls.rejectUnauthorized": { allowInsecureTls: true },
  ignoreTLS: { requireTLS: false },
};

const put = (path: readonly string[], text: string): object =>
  path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), text) as object;
/** A rate limit without a limit is none. */
const withRate = ({ rateLimit, ...rest }: { readonly rateLimit?: object }): object =>
  rateLimit === undefined ? rest : { rateLimit: { perDay: 9, perSecond: 9, ...rateLimit } };
const places: readonly (readonly [string, Leaf, (text: string) => object])[] = [
  ...leaves({ properties: top }).map(
    (leaf) =>
      [
        leaf.path.join("."),
        leaf,
        (text: string) => ({ chain: [{ use: "smtp", options: host }], ...put(leaf.path, text) }),
      ] as const,
  ),
  ...leaves({ properties: schema.$defs.provider.properties }).map(
    (leaf) =>
      [
        `chain[0].${leaf.path.join(".")}`,
        leaf,
        (text: string) => ({
          chain: [{ use: "smtp", options: host, ...withRate(put(leaf.path, text)) }],
        }),
      ] as const,
  ),
  ...(smtp ?? []).map(
    (leaf) =>
      [
        `smtp: ${leaf.path.join(".")}`,
        leaf,
        (text: string) => ({
          chain: [
            { use: "smtp", options: { ...host, ...needed[leaf.path.join(".")], ...put(leaf.path, text) } },
          ],
        }),
      ] as const,
  ),
  ...(ses ?? []).map(
    (leaf) =>
      [
        `ses: ${leaf.path.join(".")}`,
        leaf,
        (text: string) => ({
          chain: [{ use: "ses", options: { region: "eu-west-1", ...put(leaf.path, text) } }],
        }),
      ] as const,
  ),
].filter(([, { path }]) => path[0] !== "auth"); // needs a login around it: see below

const around = fc.constantFrom("", "", " ", "\n", "\r\n", "\t", "\uFEFF", " \n");
const dressed = (text: string): fc.Arbitrary<string> =>
  fc.tuple(around, around).map(([before, after]) => before + text + after);
const cased = (text: string) =>
  fc.constantFrom(text, text.toUpperCase(), `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`);
const flag = fc.constantFrom("true", "1", "yes", "on", "y", "t", "false", "0", "no", "off", "n", "f");
const number = (least: number) =>
  fc.constantFrom(`${least}`, `0${least}`, `${least}.0`, `${Math.max(least, 1)}.00`);

/** What a configuration makes of its text: the mistakes in types, if there are any. */
async function wrongTypes(config: object, env: Record<string, string>): Promise<string[]> {
  if ("feedback" in config) {
    // Beside other fields that are missing.
    const loaded = await loadFeedback({ config: config as RelaisConfig, env }).catch(
      (error: ConfigurationError) => error,
    );
    const problems = loaded instanceof ConfigurationError ? loaded.problems : [];
    return problems.filter((one) => one.includes("must be"));
  }
  const chain = await loadChain({ config: config as RelaisConfig, env }).catch((error: Error) => error);
  if (!(chain instanceof Error)) {
    await chain.close();
    return [];
  }
  return [chain.message];
}

describe("a text that says a number, or true or false, is one", () => {
  test("the schema has such fields in every part", () => {
    expect(places.length).toBeGreaterThan(40);
    for (const part of [
      "outbox.concurrency",
      "deadlineMs",
      "chain[0].retry.attempts",
      "smtp: pool.maxConnections",
    ])
      expect(places.map(([name]) => name)).toContain(part);
  });

  test.each(places)("%s", async (_name, leaf, config) => {
    const text = (leaf.type === "boolean" ? flag.chain(cased) : number(leaf.least)).chain(dressed);
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        expect(await wrongTypes(config("${X}"), { X: value })).toEqual([]);
        expect(await wrongTypes(config(value), {})).toEqual([]);
        expect(await wrongTypes(config("${X:-}"), {})).toEqual([]);
        expect(await wrongTypes(config("${X}"), { X: "" })).toEqual([]);
      }),
      { numRuns: 8 },
    );
    // And what says neither is refused, whatever stands there.
    const [result = ""] = await wrongTypes(config("${X}"), { X: "soon" });
    expect(result).toMatch(/: must be (a number|a whole number|true or false)/);
  });

  test("a variable with nothing in it is no text either", async () => {
    const config = { chain: [{ use: "smtp", options: { host: "${HOST}", secure: "${SECURE}" } }] };
    expect(await wrongTypes(config, { HOST: "\n", SECURE: " " })).toEqual([
      "chain[0].options.host: names the environment variable HOST, which is empty",
    ]);
  });

  test("a text stays a text where one is wanted", async () => {
    for (const pass of ["true", "1", "587", "on", " 1 "]) {
      const options = { ...host, auth: { user: "${U}", pass: "${P}" }, name: "${N}" };
      const chain = await loadChain({
        config: { chain: [{ use: "smtp", options }] },
        env: { U: "1", P: pass, N: "1" },
      });
      await chain.close();
    }
    const auth = { type: "OAuth2", user: "ann", accessToken: "${T}", expires: "${E}" };
    const config = { chain: [{ use: "smtp", options: { ...host, auth } }] };
    expect(await wrongTypes(config, { T: "1", E: "17\n" })).toEqual([]);
  });
});

test("the outbox has the types of its fields, too, as the chain has", async () => {
  const outbox = {
    concurrency: "${WORKERS}",
    connections: "5",
    keepSentForMs: "${KEEP}",
    folder: "${FOLDER}",
  };
  const env = { WORKERS: "7\n", KEEP: "86400000", FOLDER: "mail\r\n" };
  const { values } = await loadConfig({ config: { outbox: outbox as never }, env, cwd: tmpdir() });
  expect(values.outbox).toEqual({
    concurrency: 7,
    connections: 5,
    keepSentForMs: 86_400_000,
    folder: "mail",
  });
  await expect(
    loadConfig({ config: { outbox: outbox as never }, env: { ...env, WORKERS: "many" }, cwd: tmpdir() }),
  ).rejects.toThrow("outbox.concurrency: must be a number, got a string");
});

test("keys and tokens lose blanks and line breaks at the ends: they have none", async () => {
  await fc.assert(
    fc.asyncProperty(
      dressed("AKIDEXAMPLE"),
      dressed("wJalr/XU+tn="),
      dressed("re_123"),
      async (ID, KEY, API) => {
        const credentials = { accessKeyId: "${ID}", secretAccessKey: "${KEY}", sessionToken: "${KEY}" };
        const chain = [
          { use: "ses", options: { region: "eu-west-1", credentials } },
          { use: "http", options: { api: "resend", apiKey: "${API}", connectionTimeoutMs: "${MS}" } },
        ];
        expect(await wrongTypes({ chain }, { ID, KEY, API, MS: "900\n" })).toEqual([]);
      },
    ),
    { numRuns: 30 },
  );
});

test("a key in one line, as .env files have it, is a key", async () => {
  const { generateKeyPairSync } = await import("node:crypto");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const dkim = { domainName: "example.org", keySelector: "s1", privateKey: "${KEY}" };
  const config = { chain: [{ use: "smtp", options: { ...host, dkim } }] };
  for (const KEY of [pem, pem.trim().replaceAll("\n", "\\n"), `\r\n${pem}\r\n`])
    expect(await wrongTypes(config, { KEY })).toEqual([]);
});
