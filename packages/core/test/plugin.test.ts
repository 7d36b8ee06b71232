import { describe, expect, test } from "vitest";
import { definePlugin, type PluginParts, pluginFault } from "../src/provider/plugin.ts";
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
