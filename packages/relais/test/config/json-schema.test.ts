import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import { describedJsonSchema } from "../../../../test/repo/configuration-reference.ts";
import { wrong } from "./wrong-configurations.ts";

const file = join(import.meta.dirname, "../../relais.schema.json");
let accepts: (config: unknown) => boolean;

beforeAll(async () => {
  const schema = await describedJsonSchema();
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  if (process.env.UPDATE_API !== undefined || !existsSync(file)) writeFileSync(file, text);
  // What is published is what the code says; a meant change is accepted with UPDATE_API=1.
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(JSON.parse(text));
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  accepts = ajv.compile(schema) as (config: unknown) => boolean;
});

describe("what the loader refuses", () => {
  test.each(wrong.filter(([, , , onlyTheLoader]) => onlyTheLoader !== true))(
    "the JSON Schema refuses, too: %s",
    (_what, config) => {
      expect(accepts(config)).toBe(false);
    },
  );
});

describe("what is right", () => {
  test.each([
    ["the short form", { chain: [{ use: "smtp", options: { host: "h" } }] }],
    [
      "references in any place",
      {
        chain: [
          {
            use: "@relais/smtp",
            options: {
              host: "${H}",
              port: "${P:-25}",
              auth: { user: "u", pass: { file: "/run/secrets/p" } },
            },
          },
        ],
        deadlineMs: "${D}",
      },
    ],
    [
      "policies",
      {
        chain: [
          {
            use: "ses",
            options: { region: "eu-west-1" },
            retry: false,
            breaker: { failureRate: 0.5 },
            rateLimit: "fromProvider",
          },
        ],
      },
    ],
    ["a plugin of somebody else's", { chain: [{ use: "@acme/pigeon", options: { anything: 1 } }] }],
    [
      "named and nested chains",
      {
        $schema: "./relais.schema.json",
        chains: {
          a: [{ use: "smtp", options: { host: "h" } }],
          b: { chain: [{ chain: "a" }], onUnknown: "failover" },
        },
      },
    ],
  ])("%s is accepted", (_what, config) => {
    expect(accepts(config)).toBe(true);
  });
});
