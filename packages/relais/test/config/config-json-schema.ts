import { mailboxInFile, type OptionsInFile, queueInFile, receiversInFile } from "@relais/feedback";
import { z } from "zod";
import { entrySchemas, fileSchema } from "../../src/config/config-schema.ts";
import { loadPlugin, shortNames } from "../../src/config/load-plugin.ts";
import { developmentPlugins } from "../../src/development/plugins.ts";

type Schema = Record<string, unknown>;

const json = (schema: z.ZodType): Schema => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: "input" }) as Schema;
  return rest;
};

/** Any place may hold a reference to the environment or to a file instead. */
const reference: Schema = {
  anyOf: [
    { type: "string", pattern: "\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}" },
    {
      type: "object",
      properties: { file: { type: "string" } },
      required: ["file"],
      additionalProperties: false,
    },
  ],
};

function referable(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(referable);
  if (typeof schema !== "object" || schema === null) return schema;
  const one = schema as Schema;
  const inner = Object.fromEntries(
    Object.entries(one).map(([key, value]) => [
      key,
      key === "properties"
        ? Object.fromEntries(Object.entries(value as Schema).map(([name, part]) => [name, referable(part)]))
        : ["items", "anyOf", "oneOf", "allOf", "additionalProperties"].includes(key)
          ? referable(value)
          : value,
    ]),
  );
  const scalar =
    typeof one.type === "string" && ["string", "number", "integer", "boolean"].includes(one.type);
  return scalar || one.enum !== undefined || one.const !== undefined ? { anyOf: [inner, reference] } : inner;
}

const optionsOf = (one: OptionsInFile): unknown => {
  const { $schema: _dialect, ...options } = one.jsonSchema() as Schema;
  return referable(options);
};

/** The section `feedback` with the options of its receivers, queues and mailbox. */
function withFeedbackOptions(feedback: unknown): Schema {
  const { properties, ...around } = feedback as { properties: Schema } & Schema;
  const receiver = {
    type: "object",
    properties: {
      use: { type: "string", enum: Object.keys(receiversInFile) },
      options: { anyOf: Object.values(receiversInFile).map(optionsOf) },
    },
    additionalProperties: false,
  };
  return {
    ...around,
    properties: {
      ...properties,
      receivers: { type: "object", additionalProperties: receiver },
      queues: { type: "array", items: optionsOf(queueInFile) },
      mailbox: optionsOf(mailboxInFile),
    },
  };
}

/** The configuration file as JSON Schema (2020-12), with the options of the plugins that have short names. */
export async function configJsonSchema(): Promise<Schema> {
  const file = json(fileSchema);
  const { properties: provider = {}, ...around } = json(entrySchemas.provider) as {
    properties?: Schema;
  } & Schema;
  const known: Schema[] = [];
  const builtIn = Object.keys(developmentPlugins).map((name) => [name, { package: name }] as const);
  for (const [short, { package: name }] of [...Object.entries(shortNames), ...builtIn]) {
    const loaded = await loadPlugin(short, process.cwd());
    if ("problem" in loaded) throw new Error(loaded.problem);
    const { $schema: _dialect, ...options } = ((await loaded.plugin.jsonSchema?.()) ?? {}) as Schema;
    known.push({
      if: { properties: { use: { enum: [...new Set([short, name])] } }, required: ["use"] },
      // biome-ignore lint/suspicious/noThenProperty: the keyword's name in JSON Schema
      then: { properties: { options: referable(options) } },
    });
  }
  const { properties = {}, ...top } = file as { properties?: Schema } & Schema;
  const entries = { type: "array", minItems: 1, items: { $ref: "#/$defs/entry" } };
  const { $schema: dialect, ...rules } = properties;
  const { chain: _chain, chains: _chains, feedback, ...shared } = rules;
  const sharedRules = referable({ properties: shared }) as { properties: Schema };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "relais.config",
    ...top,
    properties: {
      $schema: dialect,
      ...sharedRules.properties,
      feedback: withFeedbackOptions(
        (referable({ properties: { feedback } }) as { properties: Schema }).properties.feedback,
      ),
      chain: entries,
      chains: {
        type: "object",
        additionalProperties: {
          anyOf: [
            entries,
            {
              type: "object",
              properties: { ...sharedRules.properties, chain: entries },
              required: ["chain"],
              additionalProperties: false,
            },
          ],
        },
      },
    },
    $defs: {
      entry: {
        if: { required: ["chain"] },
        // biome-ignore lint/suspicious/noThenProperty: the keyword's name in JSON Schema
        then: { $ref: "#/$defs/nested" },
        else: { $ref: "#/$defs/provider" },
      },
      nested: {
        type: "object",
        properties: {
          chain: { anyOf: [{ type: "string", minLength: 1 }, entries] },
          id: (provider as Schema).id,
        },
        required: ["chain"],
        additionalProperties: false,
      },
      provider: {
        ...around,
        properties: {
          ...(referable({ properties: provider }) as { properties: Schema }).properties,
          options: { type: "object" },
        },
        allOf: known,
      },
    },
  };
}
