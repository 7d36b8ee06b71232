import { describe, expect, test } from "vitest";
import {
  definePlugin,
  optionMessage,
  optionsSchema,
  type PluginParts,
  pluginFault,
} from "../src/provider/plugin.ts";
import { scripted } from "./scripted-provider.ts";

const schema = {
  "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) },
} as const;
const parts: PluginParts<unknown> = {
  name: "pigeon",
  options: schema,
  create: (_options, { id }) => scripted(id ?? "PIGEON"),
};

test("a plugin is what it was made from, marked with the contract, and has no fault", () => {
  const plugin = definePlugin(parts);
  expect(plugin).toMatchObject({ ...parts, contract: 1 });
  expect(pluginFault(plugin)).toBeUndefined();
});

describe("what is no plugin is told by what is missing", () => {
  test.each([
    [undefined, "it has no default export made with definePlugin"],
    [() => undefined, "it has no default export made with definePlugin"],
    [{}, "it has a default export that was not made with definePlugin"],
    [{ ...parts, contract: 2 }, "it is made for version 2 of the plugin contract; this is version 1"],
    [{ ...parts, contract: 1, name: "A B" }, "name must be lower-case letters, digits and dashes"],
    [
      { ...parts, contract: 1, options: {} },
      "options must be a Standard Schema, version 1 (a zod schema, for one)",
    ],
    [{ ...parts, contract: 1, create: 1 }, "create must be a function that makes a provider"],
    [{ ...parts, contract: 1, fromEnv: 1 }, "fromEnv must be a function"],
  ])("%o", (value, fault) => {
    expect(pluginFault(value)).toBe(fault);
  });

  test("and cannot be defined", () => {
    expect(() => definePlugin({ ...parts, name: "" })).toThrow("definePlugin: name must be");
  });
});

test.each([
  [{ code: "invalid_type", expected: "number", input: "hunter2" }, "must be a number, not a string"],
  [{ code: "invalid_type", expected: "string" }, "is missing"],
  [{ code: "invalid_type", expected: "int", input: 1.5 }, "must be a whole number, not a number"],
  [{ code: "invalid_type", expected: "object", input: null }, "must be an object, not null"],
  [{ code: "invalid_value", values: ["stop", "failover"] }, 'must be "stop" or "failover"'],
  [{ code: "too_small", minimum: 1, origin: "number" }, "must be at least 1"],
  [{ code: "too_big", maximum: 3, origin: "string" }, "must have at most 3 characters"],
  [
    { code: "unrecognized_keys", keys: ["prot"], inst: { _zod: { def: { shape: { port: 1 } } } } },
    '"prot" is not an option; did you mean port?',
  ],
  [{ code: "custom" }, undefined],
])("%o is said as %j", (issue, sentence) => {
  expect(optionMessage(issue)).toBe(sentence);
});

describe("options out of a schema and a check", () => {
  const parser = {
    safeParse: (value: unknown) =>
      value === "no"
        ? ({ success: false, error: { issues: [{ message: "no" }] } } as const)
        : ({ success: true, data: value } as const),
  };
  const check = (value: string): void => {
    if (value === "port") throw new RangeError("smtp: tls.port must be one");
    if (value === "whole") throw new TypeError("!");
  };
  const { validate } = optionsSchema(async () => parser, check)["~standard"];

  test.each([
    ["fine", { value: "fine" }],
    ["no", { issues: [{ message: "no" }] }],
    ["port", { issues: [{ message: "must be one", path: ["tls", "port"] }] }],
    ["whole", { issues: [{ message: "!", path: [] }] }],
  ])("%s", async (value, said) => {
    expect(await validate(value)).toEqual(said);
  });
});
