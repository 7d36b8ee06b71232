import { definePlugin, optionsSchema, type Plugin } from "@relais/core/spi";
import { checkOptions } from "./options/check-options.ts";
import type { SmtpOptions } from "./options/options.ts";
import { optionsFromEnv } from "./options/options-from-env.ts";
import { smtp } from "./smtp.ts";

const load = () => import("./options/schema.ts");

/** `use: smtp` in a configuration. */
export const plugin: Plugin<SmtpOptions> = definePlugin<SmtpOptions>({
  name: "smtp",
  options: optionsSchema(
    async () => (await load()).schema,
    (options) => void checkOptions(options),
  ),
  create: (options, { id }) => smtp(id === undefined ? options : { ...options, id }),
  fromEnv: optionsFromEnv,
  jsonSchema: async () => (await load()).jsonSchema(),
});
