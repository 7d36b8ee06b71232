import { pluginContract, pluginFault } from "@relais/core/spi";
import plugin, { errorTables, type HttpPluginOptions } from "@relais/http";
import { describe, expect, test } from "vitest";
import { vendors } from "./vendors.ts";

const all: readonly HttpPluginOptions[] = [
  { api: "resend", apiKey: "k-1" },
  { api: "postmark", serverToken: "k-1", messageStream: "outbound" },
  { api: "sendgrid", apiKey: "k-1" },
  { api: "mailgun", apiKey: "k-1", domain: "mg.example.com", region: "eu" },
  { api: "brevo", apiKey: "k-1" },
];

test("the default export is a plugin", () => {
  expect([pluginFault(plugin), plugin.name, plugin.contract]).toEqual([undefined, "http", pluginContract]);
});

test("the tests have every vendor", () => {
  const names = Object.keys(errorTables).filter((name) => name !== "otherwise");
  expect(all.map(({ api }) => api)).toEqual(names);
  expect(vendors.map(({ name }) => name)).toEqual(names);
});

describe.each(all)("$api", (options) => {
  test("its options are taken, and make its provider", async () => {
    const read = await plugin.options["~standard"].validate(options);
    expect(read.issues).toBeUndefined();
    const made = plugin.create((read as { value: HttpPluginOptions }).value, { id: undefined });
    expect(made.id).toBe(options.api.toUpperCase());
    expect(plugin.create(options, { id: "mine" }).id).toBe("mine");
    expect(plugin.create({ ...options, id: "own" }, { id: "mine" }).id).toBe("own");
  });

  test("an option that it does not have is an issue", async () => {
    const read = await plugin.options["~standard"].validate({ ...options, colour: "red" });
    expect(read.issues).toHaveLength(1);
  });
});

test("an API that there is none of is an issue, and so is a missing key", async () => {
  const { validate } = plugin.options["~standard"];
  expect((await validate({ api: "pigeon" })).issues?.[0]?.path).toEqual(["api"]);
  expect((await validate({ api: "resend" })).issues?.[0]?.path).toEqual(["apiKey"]);
});

test("the schema is JSON Schema, with each API", async () => {
  const text = JSON.stringify(await plugin.jsonSchema?.());
  for (const { api } of all) expect(text).toContain(`"const":"${api}"`);
});
